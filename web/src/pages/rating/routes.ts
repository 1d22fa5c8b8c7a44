import type { RouteRecordRaw } from 'vue-router'

export const rating: RouteRecordRaw[] = [
  { path: '/rate/:token', name: 'rate', component: () => import('./RatePage.vue'), props: true, meta: { title: 'rating.title', areas: ['rating'], width: 'narrow' } },
]
