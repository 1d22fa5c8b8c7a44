// Whose page is gone is shown as away: a waiting guest to the officer, the officer to those in the call.
import { acknowledge, bookedSession, meet, person } from '../journey/steps'
import { expect, expectAccessible, test } from '../test'

test('an officer sees that the page of a waiting guest is closed, and that it is open again', async ({ browser, server }) => {
  const guest = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  const booking = await bookedSession(guest, server)
  const wait = async () => {
    await guest.goto(`/session/${booking}`)
    await acknowledge(guest)
    await guest.getByRole('button', { name: '可以了，进入等候' }).click()
  }
  await wait()
  await officer.goto('/staff/day')
  const waiting = officer.getByRole('region', { name: /正在等候/ })
  await expect(waiting.getByText('林女士')).toBeVisible()
  await expect(waiting.getByText('页面没有打开')).toHaveCount(0)

  await guest.goto('about:blank')
  await expect(waiting.getByText('页面没有打开')).toBeVisible()
  await expectAccessible(officer)
  await guest.goto(`/session/${booking}`)
  await expect(guest.getByText('下一位就是您')).toBeVisible()
  await expect(waiting.getByText('页面没有打开')).toHaveCount(0)
})

test('people in a call are told when no officer is there', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(member, officer, server)
  await expect(member.getByText('关员暂时不在。')).toHaveCount(0)
  await officer.getByRole('button', { name: '离开' }).first().click()
  await officer.getByRole('dialog').getByRole('button', { name: '离开' }).click()
  await expect(member.getByText('关员暂时不在。')).toBeVisible()
  await expectAccessible(member)
  // Their devices were looked at on the way in the first time: nothing is asked again.
  await officer.getByRole('button', { name: '重新进入' }).click()
  await expect(member.getByText('关员暂时不在。')).toHaveCount(0)
})
