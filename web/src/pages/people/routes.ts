import type { RouteRecordRaw } from 'vue-router'

export const people: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { title: 'people.sign_in.title', areas: ['people'], width: 'narrow' } },
  { path: '/register', name: 'register', component: () => import('./RegisterPage.vue'), meta: { title: 'people.register.title', areas: ['people'], width: 'narrow' } },
  { path: '/account/password', name: 'password', component: () => import('./PasswordPage.vue'), meta: { title: 'people.password.title', areas: ['people'], width: 'narrow', signedIn: true } },
]
