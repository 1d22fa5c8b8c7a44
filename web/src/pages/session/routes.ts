import type { RouteRecordRaw } from 'vue-router'

const coming = () => import('../system/ComingPage.vue')

export const session: RouteRecordRaw[] = [
  { path: '/session/:bookingId', name: 'session', component: coming, meta: { title: 'common.session', areas: ['session'], signedIn: true } },
]
