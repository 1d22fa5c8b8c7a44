import { describe, expect, it } from 'vitest'
import type { Report } from './quality'
import { Tally } from './tally'

const report = (type: string, id: string, more: object = {}) => ({ type, id, ...more }) as Report

/** What a connection has counted after so many seconds at a steady rate. */
function own(second: number, { lost = 0, protocol = 'udp', candidateType = 'host' } = {}): Report[] {
  return [
    report('outbound-rtp', 'O1', { packetsSent: second * 100, bytesSent: second * 125_000 }),
    report('remote-inbound-rtp', 'R1', { localId: 'O1', fractionLost: lost, roundTripTime: 0.04 + second / 1_000 }),
    report('transport', 'T1', { selectedCandidatePairId: 'P2' }),
    report('candidate-pair', 'P1', { nominated: true, state: 'succeeded', localCandidateId: 'C2' }),
    report('candidate-pair', 'P2', { localCandidateId: 'C1', currentRoundTripTime: 0.5 }),
    report('local-candidate', 'C1', { protocol, candidateType }),
    report('local-candidate', 'C2', { protocol: 'tcp', candidateType: 'host' }),
  ]
}
const theirs = (second: number, lost: number) => [
  report('inbound-rtp', 'I1', { packetsReceived: second * (100 - lost), packetsLost: second * lost, bytesReceived: second * 62_500 }),
]

describe('what a line did over a while', () => {
  it('is what was lost, how long the way is, how much got through and by what', () => {
    const tally = new Tally()
    for (let second = 0; second <= 10; second++) tally.add({ own: own(second, { lost: 0.1 }), one: theirs(second, 2) }, false, second * 1_000)
    expect(tally.seconds).toBe(10)
    expect(tally.take()).toEqual({
      seconds: 10, down_seconds: 0, loss_up_permille: 100, loss_down_permille: 20, round_trip_ms: 45, worst_round_trip_ms: 50,
      kbps_up: 1_000, kbps_down: 500, path: 'udp',
    })
    // what it stood at is where it goes on
    tally.add({ own: own(11), one: theirs(11, 2) }, false, 11_000)
    expect(tally.take()).toMatchObject({ seconds: 1, loss_up_permille: 0, kbps_up: 1_000 })
  })

  it('says nothing of what was not counted', () => {
    const tally = new Tally()
    tally.add({ own: own(0) }, false, 0)
    tally.add({ own: [] }, true, 4_000)
    expect(tally.take()).toEqual({
      seconds: 4, down_seconds: 4, loss_up_permille: null, loss_down_permille: null, round_trip_ms: 40, worst_round_trip_ms: 40,
      kbps_up: 0, kbps_down: 0, path: 'udp',
    })
    tally.add({ own: own(9) }, true, 9_000)
    // as long as nothing comes back it goes by nothing, whatever the browser still shows
    expect(tally.take()).toMatchObject({ seconds: 5, down_seconds: 5, path: null, kbps_up: null, round_trip_ms: null })
  })

  it('counts each connection by itself, and a new one from its beginning', () => {
    const tally = new Tally()
    tally.add({ one: theirs(50, 0), other: theirs(3, 0) }, false, 0)
    tally.add({ one: theirs(51, 0), other: theirs(4, 0) }, false, 1_000)
    tally.add({ one: theirs(1, 0), other: theirs(5, 0), third: theirs(70, 0) }, false, 2_000)
    expect(tally.take()).toMatchObject({ loss_down_permille: 0, kbps_down: null, path: null })
  })

  it('names the worst way of several', () => {
    for (const [more, path] of [
      [{ protocol: 'tcp' }, 'tcp'],
      [{ candidateType: 'relay' }, 'relay'],
      [{ candidateType: 'relay', protocol: 'tcp' }, 'relay'],
    ] as const) {
      const tally = new Tally()
      tally.add({ own: own(1), shared: own(1, more) }, false, 0)
      expect(tally.take().path).toBe(path)
    }
    const firefox = [report('candidate-pair', 'P', { selected: true, localCandidateId: 'C' }), report('local-candidate', 'C', { protocol: 'tcp' })]
    const tally = new Tally()
    tally.add({ own: firefox }, false, 0)
    expect(tally.take().path).toBe('tcp')
  })

  it('takes a machine that slept for no more than the program does', () => {
    const tally = new Tally()
    tally.add({ own: own(0) }, false, 0)
    tally.add({ own: own(1) }, true, 3_600_000)
    expect(tally.take()).toMatchObject({ seconds: 120, down_seconds: 120 })
  })
})
