// Draws one component for its test: in a language, with the messages it speaks from and routes that go nowhere.
import { enableAutoUnmount, flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach } from 'vitest'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router'
import type { Locale } from '../src/api/types'
import { i18n, loadAreas, setLanguage, type Area } from '../src/i18n'
import { booking } from '../src/pages/booking/routes'
import { people } from '../src/pages/people/routes'
import { rating } from '../src/pages/rating/routes'
import { review } from '../src/pages/review/routes'
import { session } from '../src/pages/session/routes'
import { staff } from '../src/pages/staff/routes'

enableAutoUnmount(afterEach)
// a word that is in no file shows as its key: no test may pass with one
i18n.global.setMissingHandler((_language, key) => {
  throw new Error(`no message ${key}`)
})

export interface Shown {
  props?: Record<string, unknown>
  /** Message areas besides `common`, as in the route's meta. */
  areas?: Area[]
  language?: Locale
  slots?: Record<string, () => unknown>
  /** Where the page is. */
  at?: string
  /** Parts that are tested elsewhere, or draw what no test can see. */
  stubs?: Record<string, boolean>
}

export async function show(component: Component, { props = {}, areas = [], language = 'zh-CN', slots = {}, at = '/', stubs = {} }: Shown = {}): Promise<VueWrapper> {
  await setLanguage(language)
  await loadAreas(areas)
  // the real addresses, so that a link to a page that is not there is found; the pages themselves are not loaded
  const nothing = { render: () => null }
  const routes = [...booking, ...people, ...rating, ...session, ...staff, ...review].map((route) => ({ ...route, component: nothing, beforeEnter: undefined }))
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [...routes as RouteRecordRaw[], { path: '/', name: 'home', component: nothing }],
  })
  await router.push(at)
  const shown = mount(component, { props, slots, global: { plugins: [i18n, router], stubs }, attachTo: document.body })
  await flushPromises()
  return shown
}

/** The text as it is read: without what stands between the elements. */
export const words = (shown: { text: () => string }) => shown.text().replace(/\s+/g, ' ').trim()

/** The button or link whose words these are. */
export function press(shown: VueWrapper, text: string) {
  const found = shown.findAll('button, a').find((one) => words(one).includes(text) || one.attributes('aria-label')?.includes(text))
  if (!found) throw new Error(`nothing to press says ${text}: ${words(shown)}`)
  return found.trigger('click')
}
