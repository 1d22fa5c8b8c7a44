// An officer books for somebody who calls and for somebody at the counter, and a clearance in stages, with the keyboard
// alone.
import type { Locator } from '@playwright/test'
import { expect, expectAccessible, test } from '../test'
import { person, PHONE, serviceId } from './steps'

// Thursday, ten to nine in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-26T00:50:00Z' } })

test('an officer books for a caller and for a walk-in with the keyboard alone', async ({ browser, server }) => {
  const officer = await person(browser, server, 'zhou')
  const health = await serviceId(server, 'check-up')
  await officer.goto('/staff/desk')
  const booked = officer.getByRole('region', { name: '刚才约的' })
  await officer.getByLabel('业务').selectOption(health)
  await expect(officer.getByRole('radio', { name: /08:30/ })).toBeVisible()

  let typed = 0
  const press = async (...keys: string[]) => {
    for (const key of keys) await officer.keyboard.press(key)
    typed += keys.length
  }
  const type = async (text: string) => {
    await officer.keyboard.type(text)
    typed += text.length
  }

  await test.step('for a caller: a digit, a name, a number, Enter', async () => {
    await officer.getByRole('radio', { name: /08:30/ }).focus()
    const begun = Date.now()
    await press('1')
    await expect(officer.getByLabel('姓名')).toBeFocused()
    await type('顾女士')
    await press('Tab')
    await type('15400000077')
    await press('Enter')
    await expect(booked).toContainText('已约：顾女士')
    await expect(booked).toContainText(/MQ \d{4} \w{4}-\w/)
    // The form is ready for the next one.
    await expect(officer.getByLabel('姓名')).toHaveValue('')
    await expect(officer.getByRole('radio', { name: /08:30/ })).toBeFocused()
    expect(typed).toBeLessThan(20)
    test.info().annotations.push({ type: 'measured', description: `${typed} keys, ${Date.now() - begun} ms` })
    await expectAccessible(officer)
  })

  await test.step('at the counter, against the lead time, with a reason and a number to be called by', async () => {
    await officer.getByRole('radio', { name: '窗口', exact: true }).check()
    await expect(officer.getByRole('heading', { name: /11月26日/ })).toBeVisible()
    const now = officer.getByRole('radio', { name: /09:00/ })
    await expect(now).toBeEnabled()
    await now.focus()
    await press('1')
    const reason = officer.getByLabel('在规则之外办理的理由')
    await expect(reason).toBeFocused()
    await press('Enter')
    await expect(officer.getByText('请写明理由，或选别的时间。')).toBeVisible()
    await type('窗口现场办理')
    await press('Tab')
    await type('来客')
    await press('Enter')
    await expect(booked).toContainText('H001 号')
    await expectAccessible(officer)
  })

  await test.step('a call for a clearance in three stages, with what the caller says of the goods', async () => {
    const tabTo = async (target: Locator) => {
      for (let tabs = 0; tabs < 40; tabs++) {
        if (await target.evaluate((element) => element === document.activeElement)) return
        await press('Tab')
      }
      await expect(target).toBeFocused()
    }
    const clearance = await serviceId(server, 'after-hours')
    await officer.getByRole('radio', { name: '电话', exact: true }).check()
    await officer.getByLabel('业务').selectOption(clearance)
    const whole = officer.getByRole('radio', { name: '整段预约' })
    await whole.focus()
    typed = 0
    const begun = Date.now()
    await press('ArrowDown')
    await expect(officer.getByRole('radio', { name: '分环节预约' })).toBeChecked()
    const first = officer.getByRole('radio', { name: /申报.*查验.*放行/ }).first()
    await expect(first).toBeVisible()
    await press('1')
    await expect(first).toBeChecked()
    // Only enterprises book it: which one, by a part of its name.
    await expect(officer.getByRole('combobox', { name: '企业' })).toBeFocused()
    await type('医疗')
    await expect(officer.getByRole('listbox', { name: '企业' }).getByRole('option')).toHaveCount(1)
    await press('ArrowDown', 'Enter')
    await expect(officer.getByRole('combobox', { name: '企业' })).toHaveValue(/^91/)
    // By its own terms there are sooner ones.
    await expect(officer.locator('[name="way"]:checked')).toHaveCount(0)
    await first.focus()
    await press('1')
    await expect(first).toBeChecked()
    await expect(officer.getByLabel('姓名')).toBeFocused()
    await type('报关员')
    await press('Tab')
    await type('15400000078')
    await tabTo(officer.locator('[name="goods"]'))
    await type('冷冻海鱼')
    await tabTo(officer.locator('[name="declaration_port"]'))
    await type('19')
    await press('Enter')
    // What is wrong is told at its question, and nothing that was typed is lost.
    await expect(officer.locator('[name="declaration_port"][aria-invalid="true"]')).toBeFocused()
    await expect(officer.getByLabel('姓名')).toHaveValue('报关员')
    await type('00')
    await press('Escape', 'Enter')
    await expect(booked).toContainText('已约：报关员')
    const row = booked.getByRole('listitem').first()
    for (const stage of ['申报', '查验', '放行']) await expect(row).toContainText(stage)
    await expect(first).toBeFocused()
    test.info().annotations.push({ type: 'measured', description: `three stages: ${typed} keys, ${Date.now() - begun} ms` })
    await expectAccessible(officer)
  })

  await test.step('the day shows by which way they came', async () => {
    await officer.goto('/staff/day?show=all')
    await expect(officer.getByText('窗口', { exact: true }).first()).toBeVisible()
  })
})

test('of what only enterprises book, the officer finds the enterprise by a part of its name', async ({ browser, server }) => {
  const officer = await person(browser, server, 'zhou')
  const clearance = await serviceId(server, 'after-hours')
  await officer.goto('/staff/desk')
  await officer.getByLabel('业务').selectOption(clearance)
  await officer.getByRole('radio', { name: /17:00/ }).focus()
  await officer.keyboard.press('1')
  const enterprise = officer.getByRole('combobox', { name: '企业' })
  await expect(enterprise).toBeFocused()
  await officer.keyboard.type('医疗')
  const found = officer.getByRole('listbox', { name: '企业' }).getByRole('option')
  await expect(found).toHaveText(/江岸样例医疗/)
  await expectAccessible(officer)
  await officer.keyboard.press('ArrowDown')
  await officer.keyboard.press('Enter')
  await expect(enterprise).toHaveValue('91239999MA0000162X')
  await expect(enterprise).toHaveAccessibleDescription(/江岸样例医疗/)
  await officer.keyboard.press('Tab')
  await officer.keyboard.type('顾女士')
  await officer.keyboard.press('Tab')
  await officer.keyboard.type('15400000077')
  await officer.keyboard.press('Enter')
  await expect(officer.getByRole('region', { name: '刚才约的' })).toContainText('江岸样例医疗')
  await expectAccessible(officer)
})

test('who books for themselves reads that a service is for enterprises, before any time of it', async ({ browser, server }) => {
  const luo = await person(browser, server, 'luo', PHONE)
  const clearance = await serviceId(server, 'after-hours')
  await luo.goto(`/services/${clearance}`)
  await expect(luo.getByText('只接受企业预约', { exact: true })).toBeVisible()
  await expectAccessible(luo)
  await luo.getByRole('link', { name: '选时间' }).click()
  await expect(luo.getByText(/您现在是个人账号/)).toBeVisible()
  await expect(luo.getByRole('heading', { name: /11月/ })).toHaveCount(0)
  await expectAccessible(luo)
})
