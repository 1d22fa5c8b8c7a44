// A network that lets no video through: who waits for sound and picture is told what may help.
import { letIn, person, PHONE } from '../journey/steps'
import { expect, expectAccessible, test } from '../test'

// An address of this machine at which nothing listens.
test.use({ serverOptions: { env: { MIANQIA_MEDIA_ADDRESSES: '127.9.9.9', MIANQIA_MEDIA_BIND: '127.0.0.1' } } })

test('people whose network blocks video are told so, and whom to call', async ({ browser, server }, info) => {
  const member = await person(browser, server, 'lin', PHONE)
  const officer = await person(browser, server, 'zhou')
  await letIn(member, officer, server)
  await expect(member.getByText('正在连接…')).toBeVisible()
  for (const page of [member, officer]) {
    await expect(page.getByText('声音和画面还没有连上。')).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('link', { name: /154 0000 0136/ }).first()).toBeVisible()
  }
  await expectAccessible(member)
  await member.screenshot({ path: info.outputPath('blocked.png') })
})
