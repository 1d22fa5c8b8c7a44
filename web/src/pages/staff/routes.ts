import type { RouteRecordRaw } from 'vue-router'

// `booking` speaks too: a booking's history has the same words for both sides
export const staff: RouteRecordRaw[] = [
  { path: '/staff/day', name: 'staff-day', component: () => import('./DayPage.vue'), meta: { title: 'common.staff.day', areas: ['staff', 'booking', 'documents', 'home'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/board', name: 'staff-board', component: () => import('./BoardPage.vue'), meta: { title: 'common.staff.board', areas: ['staff', 'booking', 'documents'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/desk', name: 'staff-desk', component: () => import('./DeskPage.vue'), meta: { title: 'common.staff.desk', areas: ['staff', 'booking', 'documents'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/calendar', name: 'staff-calendar', component: () => import('./CalendarPage.vue'), meta: { title: 'common.staff.calendar', areas: ['staff'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/clearance', name: 'staff-clearance', component: () => import('./ClearancePage.vue'), meta: { title: 'common.staff.clearance', areas: ['staff', 'work'], roles: ['officer', 'chief'], width: 'wide' } },
  { path: '/staff/openings', name: 'staff-openings', component: () => import('./OpeningsPage.vue'), meta: { title: 'common.staff.openings', areas: ['staff'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/terms', name: 'staff-terms', component: () => import('./terms/TermsPage.vue'), meta: { title: 'common.staff.terms', areas: ['staff', 'terms'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/services', name: 'staff-services', component: () => import('./setup/ServicesPage.vue'), meta: { title: 'common.staff.services', areas: ['staff', 'setup'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/services/:id', name: 'staff-service', component: () => import('./setup/ServicePage.vue'), props: true, meta: { title: 'common.staff.services', areas: ['staff', 'setup', 'booking', 'terms'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/venues', name: 'staff-venues', component: () => import('./setup/VenuesPage.vue'), meta: { title: 'common.staff.venues', areas: ['staff', 'setup'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/enterprises', name: 'staff-enterprises', component: () => import('./EnterprisesPage.vue'), meta: { title: 'common.staff.enterprises', areas: ['staff', 'people'], roles: ['chief'], width: 'wide' } },
  { path: '/staff/figures', name: 'staff-figures', component: () => import('./FiguresPage.vue'), meta: { title: 'common.staff.figures', areas: ['staff', 'work'], roles: ['chief', 'supervisor', 'auditor'], width: 'wide' } },
  { path: '/staff/messages', name: 'staff-messages', component: () => import('./MessagesPage.vue'), meta: { title: 'common.staff.messages', areas: ['staff'], roles: ['officer', 'chief'], width: 'wide' } },
]
