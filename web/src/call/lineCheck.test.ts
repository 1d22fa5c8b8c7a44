import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakePeer } from './fakes'
import { checkLine, type LineCheckPorts } from './lineCheck'
import type { Report } from './quality'

beforeEach(() => (FakePeer.all = []))

function world({ connects = true, downAfter = Infinity } = {}) {
  let ms = 0
  const stop = vi.fn()
  const peers = () => FakePeer.all
  const ports: LineCheckPorts = {
    makePeer: () => {
      const peer = new FakePeer()
      const reports = (): Report[] => {
        const second = ms / 1_000
        const sends = peer.lines[0]?.direction === 'sendonly'
        return [
          sends ? { type: 'outbound-rtp', id: 'O', packetsSent: second * 100, bytesSent: second * 150_000 } : { type: 'inbound-rtp', id: 'I', packetsReceived: second * 94, packetsLost: second * 6, bytesReceived: second * 100_000 },
          { type: 'remote-inbound-rtp', id: 'R', localId: 'O', fractionLost: 0.01, roundTripTime: 0.08 },
          { type: 'candidate-pair', id: 'P', nominated: true, state: 'succeeded', localCandidateId: 'C' },
          { type: 'local-candidate', id: 'C', protocol: 'udp', candidateType: 'host' },
        ]
      }
      peer.getStats = async () => new Map(reports().map((one) => [one.id, one]))
      return peer as unknown as RTCPeerConnection
    },
    makeMedia: () => ({ tracks: { audio: null, video: null }, stop }),
    offer: vi.fn(async () => {
      if (connects) for (const peer of peers()) peer.connectionState = 'connected'
      return { publish: 'answer up', play: 'answer down' }
    }),
    pause: async (wait) => {
      ms += wait
      if (ms >= downAfter) for (const peer of peers()) peer.connectionState = 'failed'
    },
    now: () => ms,
  }
  return { ports, stop, at: () => ms }
}
const run = (ports: LineCheckPorts, over = () => false) => checkLine(ports, () => {}, over)

describe('the check of a line', () => {
  it('sends one way, plays it the other way, and measures once the browser is up to its rate', async () => {
    const { ports, stop, at } = world()
    const shares: number[] = []
    const figures = await checkLine(ports, (share) => shares.push(share), () => false)
    expect(figures).toEqual({ loss_up_permille: 10, loss_down_permille: 60, round_trip_ms: 80, kbps_up: 1_200, kbps_down: 800, path: 'udp' })
    expect(FakePeer.all.map(({ lines, answer, closed }) => [lines.map(({ kind, direction }) => `${kind} ${direction}`), answer, closed])).toEqual([
      [['audio sendonly', 'video sendonly'], 'answer up', true],
      [['audio recvonly', 'video recvonly'], 'answer down', true],
    ])
    expect(stop).toHaveBeenCalledTimes(1)
    expect(at()).toBe(10_000)
    expect(shares.at(-1)).toBeCloseTo(1)
    expect(shares).toEqual([...shares].sort((one, other) => one - other))
  })

  it('finds that nothing gets through, and never calls a line good that went down', async () => {
    const nothing = { loss_up_permille: null, loss_down_permille: null, round_trip_ms: null, kbps_up: null, kbps_down: null, path: null }
    expect(await run(world({ connects: false }).ports)).toEqual(nothing)
    expect(await run(world({ downAfter: 5_000 }).ports)).toEqual(nothing)
  })

  it('gives everything back when the program refuses, and when its page goes', async () => {
    const refused = world()
    refused.ports.offer = () => Promise.reject(new Error('too many'))
    await expect(run(refused.ports)).rejects.toThrow('too many')
    expect(refused.stop).toHaveBeenCalledTimes(1)
    expect(FakePeer.all.every(({ closed }) => closed)).toBe(true)
    const left = world({ connects: false })
    await run(left.ports, () => true)
    expect(left.at()).toBe(0)
  })
})
