import type { RouteRecordRaw } from 'vue-router'

const coming = () => import('../system/ComingPage.vue')

export const staff: RouteRecordRaw[] = [
  { path: '/staff/day', name: 'staff-day', component: coming, meta: { title: 'common.staff.day', areas: ['staff'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/enterprises', name: 'staff-enterprises', component: coming, meta: { title: 'common.staff.enterprises', areas: ['staff'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/figures', name: 'staff-figures', component: coming, meta: { title: 'common.staff.figures', areas: ['staff'], roles: ['chief', 'supervisor', 'auditor'], width: 'wide' } },
  { path: '/staff/messages', name: 'staff-messages', component: coming, meta: { title: 'common.staff.messages', areas: ['staff'], roles: ['officer', 'chief'], width: 'wide' } },
]
