// Who is signed in. `undefined` = not asked yet, `null` = nobody.
import { computed, ref } from 'vue'
import { api, onSignedOut, take } from '../api/client'
import { ApiError } from '../api/problem'
import type { FailedAttempts, Locale, Me, Role } from '../api/types'
import { currentLanguage, setLanguage } from '../i18n'
import { dropDrafts, ownDrafts } from './drafts'

export const me = ref<Me | null>()
/** Why it could not be found out, when it could not: pages that need a sign-in show it. */
export const meProblem = ref<ApiError | null>(null)
/** Whether somebody was signed in here and no longer is, without having signed out here. */
export const ranOut = ref(false)
/** Wrong passwords for this login since it was last signed in, until one has read of them. */
export const failedAttempts = ref<FailedAttempts | null>(null)

const STAFF: Role[] = ['officer', 'chief', 'auditor', 'supervisor', 'admin_system', 'admin_security', 'admin_audit']
export const isStaff = computed(() => !!me.value && STAFF.includes(me.value.role))
/** Belongs to an enterprise that the office has not decided about. Who asks to join one waits for something else. */
export const waitsForApproval = computed(() => me.value?.enterprise?.state === 'pending' && me.value.enterprise.membership === 'approved')

const CALENDARS: Role[] = ['traveller', 'officer', 'chief']
/** May subscribe to bookings; of an enterprise whoever belongs to one that was let in. */
export const hasCalendars = computed(() => {
  const { role, enterprise } = me.value ?? {}
  if (enterprise) return enterprise.state === 'approved' && enterprise.membership === 'approved'
  return !!role && CALENDARS.includes(role)
})

/** Tells other tabs whose browser this is now: the id of the account, or nothing. */
const TOLD = 'mianqia.account'
function tell(account: string) {
  try {
    localStorage.setItem(TOLD, account)
  } catch {
    // forbidden: the other tabs find out with their next request
  }
}

function become(somebody: Me | null) {
  if (somebody) {
    ranOut.value = false
    tell(somebody.id)
  }
  ownDrafts(somebody?.id ?? null)
  me.value = somebody
  meProblem.value = null
}

// the program said so: whatever the page believed about who is signed in is over
onSignedOut(() => {
  if (!me.value) return
  ranOut.value = true
  become(null)
})

// somebody signed out or another person signed in, in another tab: nothing of the former stays in this one
globalThis.addEventListener?.('storage', (event) => {
  if (event.key !== TOLD || !me.value || event.newValue === me.value.id) return
  dropDrafts()
  location.replace('/')
})

let asked: Promise<void> | undefined

/** Asks once who is signed in; later calls wait for the same answer. */
export function loadMe(again = false): Promise<void> {
  if (again || meProblem.value) asked = undefined
  asked ??= ask()
  return asked
}

async function ask() {
  try {
    become(await take(api.GET('/api/v1/me')))
  } catch (caught) {
    const problem = ApiError.of(caught)
    if (problem.status === 401) {
      become(null)
    } else {
      me.value = null
      meProblem.value = problem
    }
  }
}

export async function signIn(login: string, password: string): Promise<Me> {
  const { failed_attempts, ...signedIn } = await take(api.POST('/api/v1/sign-in', { body: { login, password } }))
  failedAttempts.value = failed_attempts ?? null
  become(signedIn)
  return signedIn
}

export async function signOut() {
  await take(api.POST('/api/v1/sign-out'))
  // forms on a shared computer must not show to the next person
  dropDrafts()
  become(null)
  failedAttempts.value = null
  tell('')
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
