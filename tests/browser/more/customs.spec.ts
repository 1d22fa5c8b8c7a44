// A customs office by its code: looked up by name with the keyboard, or typed though it is on no list.
import { expect, expectAccessible, test } from '../test'
import { DESK, person, serviceId } from '../journey/steps'

test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

test('a customs code is found by its name, and one that is on no list can be typed', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin', DESK)
  await clerk.goto(`/services/${await serviceId(server, 'after-hours')}/slots`)
  await clerk.getByRole('button', { name: '就选这个' }).click()
  await clerk.getByRole('link', { name: '继续填写' }).click()
  const box = clerk.getByRole('combobox', { name: '申报地海关' })
  await box.pressSequentially('大连')
  await expect(clerk.getByRole('listbox', { name: '申报地海关' }).getByRole('option')).toHaveCount(2)
  await expectAccessible(clerk)
  await box.press('ArrowDown')
  await expect(clerk.getByRole('option', { name: '0900 大连海关' })).toHaveAttribute('aria-selected', 'true')
  await box.press('Enter')
  await expect(box).toHaveValue('0900')
  await expect(box).toHaveAccessibleDescription(/大连海关/)
  await expect(box).toHaveAttribute('aria-expanded', 'false')

  const entry = clerk.getByRole('combobox', { name: '进出境海关' })
  await entry.fill('1999')
  await expect(clerk.getByText('列表里没有这个代码，请核对；确认无误可以照填。')).toBeVisible()
  await expect(entry).toHaveValue('1999')
})
