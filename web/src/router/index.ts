import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Role } from '../api/types'
import { loadAreas, t, type Area, type PlainKey } from '../i18n'
import { ownPath } from '../rules/paths'
import { focusHeading } from '../state/focus'
import { homeOf, isStaff, loadMe, me } from '../state/me'
import { noteReached } from '../state/online'
import { setTitle } from './title'
import { booking } from '../pages/booking/routes'
import { people } from '../pages/people/routes'
import { queue } from '../pages/queue/routes'
import { rating } from '../pages/rating/routes'
import { review } from '../pages/review/routes'
import { session } from '../pages/session/routes'
import { staff } from '../pages/staff/routes'

export { setTitle }

declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: PlainKey
    /** Message areas the page speaks from, besides `common`. */
    areas?: Area[]
    /** Needs somebody signed in; anybody else is sent to sign in and comes back. */
    signedIn?: boolean
    /** Who may see it; others are told who has the right. Implies `signedIn`. */
    roles?: Role[]
    width?: 'narrow' | 'wide'
    /** The page draws the whole window itself: no band, no foot. */
    bare?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: () => import('../pages/home/HomePage.vue'),
    meta: { title: 'home.title', areas: ['home'] },
    // staff begin at their own page
    beforeEnter: () => {
      if (!me.value || !isStaff.value) return true
      const own = homeOf(me.value.role)
      return own === '/' ? true : own
    },
  },
  ...booking,
  ...people,
  ...queue,
  ...rating,
  ...session,
  ...staff,
  ...review,
  {
    path: '/:path(.*)*',
    name: 'not-found',
    component: () => import('../pages/system/NotFoundPage.vue'),
    meta: { title: 'common.not_found.title', width: 'narrow' },
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a component that knows one element, not the window
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  await Promise.all([loadMe(), loadAreas(to.meta.areas)])
  const needs = to.meta.signedIn || to.meta.roles
  if (needs && me.value === null) return { name: 'sign-in', query: { next: to.fullPath } }
  return true
})

// a page's file that does not come: after a new version the old names are gone, and loading anew finds the new ones;
// without a line the page one is on stays, and the banner says why
router.onError((_error, to, from) => {
  if (!navigator.onLine) noteReached(false)
  else if (from.matched.length) location.assign(ownPath(to.fullPath) || '/')
})

router.afterEach(async (to, from, failure) => {
  if (failure) return
  setTitle(t(to.meta.title))
  // the first page is read from its top; after that a screen reader must hear that the page is another
  const first = from.matched.length === 0
  if (first || to.path === from.path) return
  await focusHeading()
})
