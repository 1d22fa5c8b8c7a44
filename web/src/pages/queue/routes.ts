import type { RouteRecordRaw } from 'vue-router'

export const queue: RouteRecordRaw[] = [
  { path: '/queue/:venue', name: 'queue', component: () => import('./DisplayPage.vue'), props: true, meta: { title: 'queue.title', areas: ['queue'], bare: true } },
  { path: '/staff/queue', name: 'staff-queue', component: () => import('./CounterPage.vue'), meta: { title: 'common.staff.queue', areas: ['queue'], roles: ['officer', 'chief'], width: 'wide' } },
]
