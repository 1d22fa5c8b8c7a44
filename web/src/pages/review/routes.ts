import type { RouteRecordRaw } from 'vue-router'

const coming = () => import('../system/ComingPage.vue')

export const review: RouteRecordRaw[] = [
  { path: '/review', name: 'review', component: coming, meta: { title: 'common.staff.review', areas: ['review'], roles: ['auditor'], width: 'wide' } },
  { path: '/review/:sessionId', name: 'review-session', component: coming, meta: { title: 'common.staff.review', areas: ['review'], roles: ['auditor'], width: 'wide' } },
]
