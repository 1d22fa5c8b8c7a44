// A call in which one's network changes: the ways that there were carry nothing any more, and only new ones do. The
// pages restart ICE, so that the call goes on with the same resources and the recording stays in one part.
import dgram from 'node:dgram'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { expectMovingPictures, meet, person } from '../journey/steps'
import { until } from '../server'
import { expect, test } from '../test'

/** The network between a browser and the program: each port of the browser is a way of its own, and may go dead. */
class Network {
  private readonly front = dgram.createSocket('udp4')
  private readonly ways = new Map<number, dgram.Socket | null>()
  private program = 0

  constructor() {
    this.front.on('message', (packet, from) => this.way(from)?.send(packet, this.program, '127.0.0.1'))
  }

  async open(): Promise<void> {
    await new Promise<void>((bound) => this.front.bind(0, '127.0.0.1', bound))
  }

  /** All ways that there are carry nothing any more, in either direction. */
  change() {
    for (const [port, way] of this.ways) {
      way?.close()
      this.ways.set(port, null)
    }
  }

  close() {
    this.change()
    this.front.close()
  }

  /** Whatever the program answers to the pages of this browser leads through here. */
  async standBefore(context: BrowserContext, seen: string[]) {
    await context.route(/\/api\/v1\/wh[ie]p\//, async (route) => {
      const request = route.request()
      const answer = await route.fetch().catch(() => null)
      if (!answer) return route.abort()
      seen.push(`${request.method()} ${answer.status()} ${new URL(request.url()).pathname.replace(/[0-9a-f-]{36}/, 'ID')}`)
      const body = await answer.text()
      const port = / 127\.0\.0\.1 (\d+) typ host/.exec(body)?.[1]
      if (port) this.program = Number(port)
      return route.fulfill({ response: answer, body: body.replaceAll(/ 127\.0\.0\.1 \d+ typ host/g, ` 127.0.0.1 ${this.front.address().port} typ host`) })
    })
  }

  private way({ port, address }: dgram.RemoteInfo): dgram.Socket | null {
    const known = this.ways.get(port)
    if (known !== undefined) return known
    const made = dgram.createSocket('udp4')
    made.on('message', (packet) => this.front.send(packet, port, address))
    this.ways.set(port, made)
    return made
  }
}

const frames = (page: Page) => page.locator('video').evaluateAll((all) =>
  all.map((one) => (one as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames))

test('a call goes on in another network, with the same resources and one part of the recording', async ({ browser, server }) => {
  test.setTimeout(240_000)
  const network = new Network()
  await network.open()
  try {
    const member = await person(browser, server, 'lin')
    const officer = await person(browser, server, 'zhou')
    const asked: string[] = []
    await network.standBefore(member.context(), asked)
    await meet(member, officer, server)
    await expectMovingPictures(officer, 2)
    expect(asked.filter((one) => one.startsWith('POST 201'))).toHaveLength(2)

    const restarts = () => asked.filter((one) => one.startsWith('PATCH 200'))
    const goesOn = async () => {
      await expectMovingPictures(member, 2)
      await expectMovingPictures(officer, 2)
    }

    await test.step('nothing comes by the ways that there were, and the browser has not noticed yet', async () => {
      // a line that has been lively for some seconds
      const before = await frames(member)
      await until(30_000, 'the pictures do not go on', async () => ((await frames(member)).every((now, at) => now > before[at]! + 100) ? true : null))
      network.change()
      const changed = Date.now()
      await expect.poll(() => restarts().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
      const restarted = Date.now() - changed
      await goesOn()
      console.log(`restarted after ${restarted} ms, going on after ${Date.now() - changed} ms`)
    })

    await test.step('the browser says that the machine is back on line, after a change of the network', async () => {
      const before = restarts().length
      network.change()
      await member.evaluate(() => dispatchEvent(new Event('online')))
      await expect.poll(() => restarts().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 2)
      await goesOn()
    })

    // the line that sends and the one that plays, both still those of the beginning
    expect([...new Set(restarts())].sort()).toEqual(['PATCH 200 /api/v1/whep/resources/ID', 'PATCH 200 /api/v1/whip/resources/ID'])
    expect(asked.filter((one) => !one.startsWith('PATCH 200')).map((one) => one.split('/')[0])).toEqual(['POST 201 ', 'POST 201 '])
    await officer.getByRole('button', { name: /结束/ }).first().click()
    await officer.getByRole('dialog').getByRole('button', { name: /结束/ }).click()
    await expect(member.getByRole('link', { name: /评价/ })).toBeVisible({ timeout: 20_000 })
    // one file of each of the two
    const recordings = path.join(server.dataDirectory, 'recordings')
    const films = readdirSync(recordings, { recursive: true }).filter((name) => String(name).endsWith('.webm'))
    expect(films).toHaveLength(2)
  } finally {
    network.close()
  }
})
