// What a bad network does to what a browser sends: losses are mended and the picture keeps its quality, and a
// call goes on when the browser is given another address.
import { spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Person } from '../office'
import { until } from '../server'
import { expect, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T01:52:00Z' } })

/** A network between the browser and the program that loses packets by a seed, and can give another port. */
class Relay {
  loss = 0
  /** Payload types that the browser sends. */
  readonly types = new Set<number>()
  private seed = 7
  private client: dgram.RemoteInfo | undefined
  private readonly front = dgram.createSocket('udp4')
  private back = this.connect()

  constructor(private readonly mediaPort: number) {
    this.front.on('message', (packet, from) => {
      this.client = from
      // RTP, not RTCP (RFC 5761, 4).
      const [first = 0, second = 0] = packet
      if (first >> 6 === 2 && (second < 192 || second > 223)) this.types.add(second & 0x7f)
      if (this.passes()) this.back.send(packet, this.mediaPort, '127.0.0.1')
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((bound) => this.front.bind(0, '127.0.0.1', bound))
    return this.front.address().port
  }

  move() {
    this.back.close()
    this.back = this.connect()
  }

  close() {
    this.front.close()
    this.back.close()
  }

  private connect() {
    const socket = dgram.createSocket('udp4')
    socket.on('message', (packet) => {
      if (this.client && this.passes()) this.front.send(packet, this.client.port, this.client.address)
    })
    return socket
  }

  private passes(): boolean {
    this.seed = (this.seed * 48_271) % 2_147_483_647
    return this.seed / 2_147_483_647 >= this.loss
  }
}

interface Stats { target: number; again: number; lost: number; frames: number; state: string }

test('losses on the way up are mended, and another address of the browser ends nothing', async ({ browser, server }) => {
  const open = async (login: string) => {
    const person = new Person(await browser.newContext({ permissions: ['camera', 'microphone'] }), server.url)
    await person.post('/sign-in', { login, password: server.password })
    return person
  }
  const guest = await open('lin')
  const officer = await open('zhou')
  const service = (await guest.get('/services')).items.find((one: { code: string }) => one.code === 'video-try')
  const booking = await guest.book(service, '2026-11-26', '10:00', '林女士')
  const { id } = await guest.enter(booking)
  await officer.enter(booking)
  const { me } = await guest.get(`/sessions/${id}`)
  await officer.post(`/sessions/${id}/participants/${me.id}/admit`)
  const { token } = await guest.post(`/sessions/${id}/token`)

  const page = await guest.context.newPage()
  await page.goto(`${server.url}/favicon.svg`)
  const offer = await page.evaluate(async () => {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
    Object.assign(window, { peer })
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480, frameRate: 25 } })
    for (const track of media.getTracks()) peer.addTransceiver(track, { direction: 'sendonly' })
    peer.createDataChannel('not wanted')
    await peer.setLocalDescription(await peer.createOffer())
    while (peer.iceGatheringState !== 'complete') await new Promise((later) => setTimeout(later, 20))
    return peer.localDescription?.sdp ?? ''
  })
  const answer = await fetch(`${server.url}/api/v1/whip/${id}/camera`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
    body: offer,
  })
  expect(answer.status).toBe(201)
  const sdp = await answer.text()
  expect(sdp).toContain('m=application 0 ')
  const port = Number(/127\.0\.0\.1 (\d+) typ host/.exec(sdp)?.[1])
  const relay = new Relay(port)
  const front = await relay.listen()
  await page.evaluate(async (sdp) => {
    await (window as unknown as { peer: RTCPeerConnection }).peer.setRemoteDescription({ type: 'answer', sdp })
  }, sdp.replaceAll(`127.0.0.1 ${port} typ host`, `127.0.0.1 ${front} typ host`))

  const stats = () => page.evaluate(async (): Promise<Stats> => {
    const { peer } = window as unknown as { peer: RTCPeerConnection }
    const found: Stats = { target: 0, again: 0, lost: 0, frames: 0, state: peer.connectionState }
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'outbound-rtp' && report.kind === 'video') {
        Object.assign(found, { target: report.targetBitrate, again: report.retransmittedPacketsSent, frames: report.framesEncoded })
      } else if (report.type === 'remote-inbound-rtp' && report.kind === 'video') found.lost = report.packetsLost
    }
    return found
  })
  const after = (seconds: number) => page.waitForTimeout(seconds * 1_000).then(stats)
  try {
    await until(10_000, 'the picture does not flow', async () => ((await stats()).frames > 25 ? true : null))
    const before = await after(5)
    // Sound comes as RED, and only so: each packet with the one before it.
    const type = (codec: string) => Number(new RegExp(`^a=rtpmap:(\\d+) ${codec}`, 'm').exec(sdp)?.[1])
    expect(relay.types).toContain(type('red/48000/2'))
    expect(relay.types).not.toContain(type('opus/48000/2'))
    relay.loss = 0.1
    const lossy = await after(12)
    relay.loss = 0
    const lost = lossy.lost - before.lost
    expect(lost).toBeGreaterThan(20)
    // Each lost packet is asked for, and none of them for ever.
    expect(lossy.again - before.again).toBeGreaterThan(lost / 2)
    expect(lossy.again - before.again).toBeLessThan(lost * 4)
    const calm = await after(10)
    expect(calm.target).toBeGreaterThan(0.7 * before.target)

    relay.move()
    const moved = await after(6)
    expect(moved.state).toBe('connected')
    await officer.post(`/sessions/${id}/end`)
  } finally {
    relay.close()
  }
  const recordings = path.join(server.dataDirectory, 'recordings', id)
  const gaps = await until(10_000, 'the recording is not closed', async () => {
    const index = readdirSync(recordings).filter((name) => name.endsWith('.idx'))
    const lines = index.flatMap((name) => readFileSync(path.join(recordings, name), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)))
    return lines.some(({ kind }) => kind === 'end') ? lines.filter(({ kind }) => kind === 'gap') : null
  })
  // The picture is whole but for the move.
  const pictures = gaps.filter(({ medium }) => medium !== 'audio').map(({ from_ms, to_ms }) => to_ms - from_ms)
  expect(pictures.length).toBeLessThan(4)
  expect(Math.max(0, ...pictures)).toBeLessThan(3_000)
  const sounds = gaps.filter(({ medium }) => medium === 'audio')
  expect(Math.max(0, ...sounds.map(({ missing_ms }) => missing_ms))).toBeLessThan(3_000)
  const films = readdirSync(recordings).filter((name) => name.endsWith('.webm')).map((name) => path.join(recordings, name))
  expect(films).toHaveLength(1)
  for (const film of films) {
    // Lost sound came with the next packet: of 12 s at 10 % some 0.12 s are missing, and what the move took.
    const times = run('ffprobe', '-select_streams', 'a', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', film)
    const sound = times.split('\n').filter(Boolean).map(Number.parseFloat)
    const lossy = sound.filter((at) => at > sound[0] + 6 && at < sound[0] + 16).length / (10 / 0.02)
    expect(lossy).toBeGreaterThan(0.97)
    // By the file's own clock: ffmpeg would otherwise count in frames of an even rate, and two pictures of a camera
    // that keeps no even rate fall into one of them.
    run('ffmpeg', '-i', film, '-enc_time_base', '-1', '-f', 'null', '-')
  }
})

/** Runs a program that must not have anything to complain of, and gives what it prints. */
function run(program: string, ...args: string[]): string {
  const ran = spawnSync(program, ['-v', 'warning', ...args], { encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  expect(ran.status).toBe(0)
  return ran.stdout
}
