// Who is signed in. `undefined` = not asked yet, `null` = nobody.
import { computed, ref } from 'vue'
import { api, take } from '../api/client'
import { ApiError } from '../api/problem'
import type { Locale, Me, Role } from '../api/types'
import { currentLanguage, setLanguage } from '../i18n'

export const me = ref<Me | null>()
/** Why it could not be found out, when it could not: pages that need a sign-in show it. */
export const meProblem = ref<ApiError | null>(null)

export const STAFF: Role[] = ['officer', 'chief', 'auditor', 'supervisor', 'admin_system', 'admin_security', 'admin_audit']
export const isStaff = computed(() => !!me.value && STAFF.includes(me.value.role))
export const waitsForApproval = computed(() => me.value?.enterprise?.state === 'pending')

let asked: Promise<void> | undefined

/** Asks once who is signed in; later calls wait for the same answer. */
export function loadMe(again = false): Promise<void> {
  if (again || meProblem.value) asked = undefined
  asked ??= ask()
  return asked
}

async function ask() {
  try {
    me.value = await take(api.GET('/api/v1/me'))
    meProblem.value = null
  } catch (caught) {
    const problem = ApiError.of(caught)
    me.value = null
    meProblem.value = problem.status === 401 ? null : problem
  }
}

export async function signIn(login: string, password: string): Promise<Me> {
  const signedIn = await take(api.POST('/api/v1/sign-in', { body: { login, password } }))
  me.value = signedIn
  meProblem.value = null
  return signedIn
}

export async function signOut() {
  await take(api.POST('/api/v1/sign-out'))
  me.value = null
  // forms on a shared computer must not show to the next person
  sessionStorage.clear()
}

/** Changes the language here and, for somebody signed in, for messages too. */
export async function chooseLanguage(language: Locale) {
  if (language === currentLanguage()) return
  await setLanguage(language)
  if (!me.value) return
  try {
    me.value = await take(api.PATCH('/api/v1/me', { body: { locale: language } }))
  } catch (caught) {
    // the page is already in that language; only the language of messages stays as it was
    ApiError.of(caught)
  }
}

/** Where somebody of this role begins. */
export function homeOf(role: Role): string {
  if (role === 'auditor') return '/review'
  if (role === 'officer' || role === 'chief') return '/staff/day'
  if (role === 'supervisor') return '/staff/figures'
  return '/'
}
