import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '../../api/types'
import type { Area } from '../../i18n'

const BOOKERS: Role[] = ['member', 'agent', 'traveller']
const areas: Area[] = ['booking', 'documents']

export const booking: RouteRecordRaw[] = [
  { path: '/services/:id', name: 'service', component: () => import('./ServicePage.vue'), props: true, meta: { title: 'booking.service.title', areas } },
  { path: '/services/:id/slots', name: 'slots', component: () => import('./SlotsPage.vue'), props: true, meta: { title: 'booking.slots.title', areas } },
  { path: '/services/:id/group', name: 'group', component: () => import('./GroupPage.vue'), props: true, meta: { title: 'booking.group.title', areas, roles: BOOKERS } },
  { path: '/bookings', name: 'bookings', component: () => import('./BookingsPage.vue'), meta: { title: 'booking.list.title', areas, roles: BOOKERS } },
  { path: '/bookings/:id', name: 'booking', component: () => import('./BookingPage.vue'), props: true, meta: { title: 'booking.one.title', areas: ['booking', 'documents', 'session', 'queue'], signedIn: true } },
  { path: '/bookings/:id/form', name: 'booking-form', component: () => import('./FormPage.vue'), props: true, meta: { title: 'booking.form.title', areas, roles: BOOKERS, width: 'narrow' } },
  { path: '/references/:reference', name: 'reference', component: () => import('./ReferencePage.vue'), props: true, meta: { title: 'booking.find.title', areas, signedIn: true, width: 'narrow' } },
]
