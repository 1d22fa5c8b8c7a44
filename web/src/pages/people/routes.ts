import type { RouteRecordRaw } from 'vue-router'

export const people: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { title: 'people.sign_in.title', areas: ['people'], width: 'narrow' } },
  { path: '/register', name: 'register', component: () => import('./RegisterPage.vue'), meta: { title: 'people.register.title', areas: ['people'], width: 'narrow' } },
  { path: '/confirm/:token', name: 'confirm', component: () => import('./ConfirmPage.vue'), props: true, meta: { title: 'people.confirm.title', areas: ['people'], width: 'narrow' } },
  { path: '/colleagues', name: 'colleagues', component: () => import('./ColleaguesPage.vue'), meta: { title: 'people.colleagues.title', areas: ['people'], width: 'narrow', roles: ['member', 'agent'] } },
  { path: '/account', name: 'account', component: () => import('./AccountPage.vue'), meta: { title: 'people.account.title', areas: ['people'], width: 'narrow', signedIn: true } },
  { path: '/account/calendars', name: 'calendars', component: () => import('./CalendarsPage.vue'), meta: { title: 'people.calendars.title', areas: ['people'], width: 'narrow', roles: ['member', 'agent', 'traveller', 'officer', 'chief'] } },
  { path: '/account/password', redirect: '/account' },
]
