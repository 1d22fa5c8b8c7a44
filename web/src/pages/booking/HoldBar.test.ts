import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { show } from '../../../tests/show'
import type { Booking, Me } from '../../api/types'
import { me } from '../../state/me'
import HoldBar from './HoldBar.vue'

beforeEach(() => {
  document.body.insertAdjacentHTML('beforeend', '<div id="under-main"></div>')
})
afterEach(() => {
  document.getElementById('under-main')?.remove()
  me.value = undefined
})

const startsAt = '2026-11-26T02:00:00Z'
const held = { id: 'one', starts_at: startsAt, ends_at: '2026-11-26T02:30:00Z' } as Booking
async function bar(props: Record<string, unknown>) {
  const shown = await show(HoldBar, {
    props: { booking: undefined, startsAt, zone: 'Asia/Shanghai', left: 0, holdMinutes: 10, ranOut: false, busy: false, ...props }, areas: ['booking'], language: 'en',
  })
  const place = document.getElementById('under-main') as HTMLElement
  const button = (text: string) => [...place.querySelectorAll<HTMLElement>('button, a')].find((one) => one.textContent?.includes(text))
  return { shown, text: place.textContent ?? '', button }
}

describe('the chosen time', () => {
  it('asks to sign in, and comes back here after it', async () => {
    const { button } = await bar({})
    expect(button('Sign in to book')?.getAttribute('href')).toContain('/sign-in?next=')
  })

  it('can be held by whoever is signed in, for as long as the service says', async () => {
    me.value = {} as Me
    const { shown, text, button } = await bar({ holdMinutes: 12 })
    expect(text).toContain('Kept for you for 12 minutes')
    button('Hold this time')?.click()
    expect(shown.emitted('take')).toHaveLength(1)
  })

  it('is kept with its time running out, to go on or to choose another', async () => {
    me.value = {} as Me
    const { shown, text, button } = await bar({ booking: held, left: 462_000 })
    expect(text).toContain('On hold')
    expect(text).toContain('07:42')
    expect(button('Continue')?.getAttribute('href')).toBe('/bookings/one/form')
    button('Another one')?.click()
    expect(shown.emitted('release')).toHaveLength(1)
  })

  it('says when the hold has run out, and offers to hold it again', async () => {
    me.value = {} as Me
    const { text, button } = await bar({ booking: held, ranOut: true })
    expect(text).toContain('The hold has run out')
    expect(text).not.toContain('On hold')
    expect(button('Hold this time')).toBeDefined()
  })

  it('is not asked for twice while an answer is on its way', async () => {
    me.value = {} as Me
    expect((await bar({ busy: true })).button('Hold this time')?.hasAttribute('disabled')).toBe(true)
  })
})
