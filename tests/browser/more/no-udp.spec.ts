// A network that lets no UDP through: the browser is told of the program's ways by TCP only, as one whose packets to the
// others are lost would be left with them. The call goes on them in both directions, a restart of ICE included.
import dgram from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { expectMovingPictures, meet, person } from '../journey/steps'
import { until } from '../server'
import { expect, test } from '../test'

/** Takes the ways by UDP out of what the program tells this browser of itself; after a restart they lead nowhere. */
async function noUdp(context: BrowserContext, nowhere: number, restarts: string[]) {
  await context.route(/\/api\/v1\/wh[ie]p\//, async (route) => {
    const answer = await route.fetch().catch(() => null)
    if (!answer) return route.abort()
    let body = await answer.text()
    if (route.request().method() === 'PATCH' && answer.status() === 200) {
      restarts.push(route.request().url())
      body = body.replaceAll(/^(a=candidate:\d+ 1 udp .*) \d+ typ host/gm, `$1 ${nowhere} typ host`)
    } else {
      body = body.replaceAll(/^a=candidate:\d+ 1 udp .*\r\n/gm, '')
    }
    return route.fulfill({ response: answer, body })
  })
}

/** Keeps the connections of a page, to see how they go. */
const keepPeers = (page: Page) => page.addInitScript(() => {
  const peers: RTCPeerConnection[] = []
  Object.assign(window, { peers })
  const Real = RTCPeerConnection
  window.RTCPeerConnection = class extends Real {
    constructor(...given: ConstructorParameters<typeof Real>) {
      super(...given)
      peers.push(this)
    }
  }
})

interface Way { protocol: string; sent: number; received: number }

/** By which way each connection of a page goes that stands, and what went and came on it. */
const ways = (page: Page) => page.evaluate(async (): Promise<Way[]> => {
  const { peers } = window as unknown as { peers: RTCPeerConnection[] }
  const found = []
  for (const peer of peers.filter((one) => one.connectionState === 'connected')) {
    const reports = await peer.getStats()
    const transport = [...reports.values()].find((one) => one.type === 'transport')
    const pair = reports.get(transport?.selectedCandidatePairId)
    const { protocol } = reports.get(pair?.remoteCandidateId) ?? {}
    found.push({ protocol, sent: pair?.bytesSent, received: pair?.bytesReceived })
  }
  return found
})

test('who is let out by no UDP is in the call by TCP, seen, recorded, and sees', async ({ browser, server }, info) => {
  test.setTimeout(240_000)
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  const restarts: string[] = []
  const silent = dgram.createSocket('udp4').bind(0, '127.0.0.1')
  await once(silent, 'listening')
  await noUdp(member.context(), silent.address().port, restarts)
  for (const page of [member, officer]) await keepPeers(page)
  await meet(member, officer, server)
  await expectMovingPictures(officer, 2)
  const both = async (page: Page, protocol: string) => {
    const before = await ways(page)
    expect(before.map((way) => way.protocol)).toEqual([protocol, protocol])
    await until(15_000, `nothing flows by ${protocol}`, async () => {
      const after = await ways(page)
      // Of the line that sends what goes, of the one that plays what comes.
      const sends = after.some((way, at) => way.sent > before[at]!.sent + 50_000)
      const plays = after.some((way, at) => way.received > before[at]!.received + 50_000)
      return sends && plays ? true : null
    })
  }
  await both(member, 'tcp')
  await both(officer, 'udp')
  await member.screenshot({ path: info.outputPath('no-udp.png') })

  await test.step('after a change of the network ICE is restarted by TCP', async () => {
    await member.evaluate(() => dispatchEvent(new Event('online')))
    await expect.poll(() => restarts.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
    for (const page of [member, officer]) await expectMovingPictures(page, 2)
    await both(member, 'tcp')
  })
  silent.close()

  await officer.getByRole('button', { name: /结束/ }).first().click()
  await officer.getByRole('dialog').getByRole('button', { name: /结束/ }).click()
  await expect(member.getByRole('link', { name: /评价/ })).toBeVisible({ timeout: 20_000 })
  const recordings = path.join(server.dataDirectory, 'recordings')
  const films = readdirSync(recordings, { recursive: true }).filter((name) => String(name).endsWith('.webm'))
  expect(films).toHaveLength(2)
})
