import type { RouteRecordRaw } from 'vue-router'

// bare: the page frames its own steps, because the call takes the whole window while its state lives on
export const session: RouteRecordRaw[] = [
  { path: '/session/:bookingId', name: 'session', component: () => import('./SessionPage.vue'), props: true, meta: { title: 'common.session', areas: ['session'], signedIn: true, bare: true } },
  { path: '/devices', name: 'devices', component: () => import('./DevicesPage.vue'), meta: { title: 'session.devices.title', areas: ['session'] } },
  { path: '/line/:bookingId', name: 'line', component: () => import('./DevicesPage.vue'), props: true, meta: { title: 'session.line.title', areas: ['session'], signedIn: true } },
  { path: '/invite/:token', name: 'invite', component: () => import('./InvitePage.vue'), props: true, meta: { title: 'session.invite.page_title', areas: ['session'], width: 'narrow' } },
]
