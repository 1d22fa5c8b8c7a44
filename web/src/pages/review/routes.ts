import type { RouteRecordRaw } from 'vue-router'

export const review: RouteRecordRaw[] = [
  { path: '/review', name: 'review', component: () => import('./SearchPage.vue'), meta: { title: 'common.staff.review', areas: ['review'], roles: ['auditor'], width: 'wide' } },
  { path: '/review/cases', name: 'review-cases', component: () => import('./CasesPage.vue'), meta: { title: 'common.staff.review', areas: ['review'], roles: ['auditor'], width: 'wide' } },
  { path: '/review/cases/:bookingId', name: 'review-case', component: () => import('./CasePage.vue'), props: true, meta: { title: 'common.staff.review', areas: ['review', 'documents'], roles: ['auditor'], width: 'wide' } },
  { path: '/review/:sessionId', name: 'review-session', component: () => import('./SessionPage.vue'), props: true, meta: { title: 'common.staff.review', areas: ['review', 'documents'], roles: ['auditor'], width: 'wide' } },
]
