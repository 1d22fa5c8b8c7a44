// On a bad line: sound alone by a button, which nobody has to guess at; and other devices while the call goes on.
import type { Page } from '@playwright/test'
import { expectMovingPictures, meet, person, PHONE } from '../journey/steps'
import { until } from '../server'
import { expect, expectAccessible, test } from '../test'

// Two browsers that send pictures leave a small machine little for the pages themselves.
const SLOW = { timeout: 60_000 }

/** Keeps the connections of a page, to count what comes by them. */
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

/** Bytes of a kind that go out or come in, by the connections that stand. */
const bytes = (page: Page, kind: 'audio' | 'video') => page.evaluate(async (kind) => {
  const { peers } = window as unknown as { peers: RTCPeerConnection[] }
  let all = 0
  for (const peer of peers) {
    if (peer.connectionState !== 'connected') continue
    for (const report of (await peer.getStats()).values()) {
      if (/^(in|out)bound-rtp$/.test(report.type) && report.kind === kind) all += report.bytesReceived ?? report.bytesSent ?? 0
    }
  }
  return all
}, kind)

test('with sound alone no picture is sent or received, the others see it, and it comes back', async ({ browser, server }, info) => {
  test.setTimeout(300_000)
  const member = await person(browser, server, 'lin', PHONE)
  const officer = await person(browser, server, 'zhou')
  await keepPeers(member)
  await meet(member, officer, server)
  await member.getByRole('button', { name: '只用声音' }).last().click()
  await expect(officer.getByText('画面已关闭')).toBeVisible(SLOW)
  await expect(member.locator('.faces .tile:not(.self)').getByText('只用声音')).toBeVisible(SLOW)
  await until(30_000, 'pictures still flow, or no sound', async () => {
    const before = [await bytes(member, 'video'), await bytes(member, 'audio')]
    await member.waitForTimeout(2_000)
    const after = [await bytes(member, 'video'), await bytes(member, 'audio')]
    return after[0] === before[0] && after[1]! > before[1]! ? true : null
  })
  await expectAccessible(member)
  await member.screenshot({ path: info.outputPath('sound-only.png') })
  await member.getByRole('button', { name: '恢复画面' }).press('Enter')
  for (const page of [member, officer]) await expectMovingPictures(page, 2)
})

test('another microphone is chosen in the call, and it is heard on', async ({ browser, server }, info) => {
  test.setTimeout(300_000)
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await keepPeers(member)
  await meet(member, officer, server)
  await member.getByRole('button', { name: '设备' }).press('Enter')
  const dialog = member.getByRole('dialog', { name: '更换设备' })
  const choice = dialog.getByRole('combobox', { name: '选择麦克风' })
  const sent = () => member.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] }
    return peers.flatMap((peer) => peer.getSenders()).map((sender) => sender.track).find((track) => track?.kind === 'audio' && track.readyState === 'live')?.label ?? ''
  })
  const before = await sent()
  await choice.selectOption({ index: 1 })
  await expect.poll(sent, SLOW).not.toBe(before)
  await expect.poll(sent, SLOW).not.toBe('')
  await expectAccessible(member)
  await member.screenshot({ path: info.outputPath('devices.png') })
  await member.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0, SLOW)
  const heard = await bytes(member, 'audio')
  await expect.poll(() => bytes(member, 'audio'), SLOW).toBeGreaterThan(heard)
  await expectMovingPictures(officer, 2)
})
