// Somebody who waits is heard, seen in the window's title and, where that is allowed, told of by the system. The
// sound is soft, can be switched off, and plays in one of a browser's windows only.
import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { ring } from '../call/sound'
import { t } from '../i18n'
import { setTitleCount } from '../router/title'

const KEPT = 'mianqia.bell'

function readKept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== 'off'
  } catch {
    return true
  }
}

export const bellOn = ref(readKept())
/** Whether the system shows our notifications; null where it cannot. */
export const notices = ref<NotificationPermission | null>(typeof Notification === 'undefined' ? null : Notification.permission)

export function toggleBell() {
  bellOn.value = !bellOn.value
  try {
    localStorage.setItem(KEPT, bellOn.value ? 'on' : 'off')
  } catch {
    // private mode: as long as the page is open
  }
  // so that one knows how it sounds; the press also lets the browser play it later
  if (bellOn.value) void ring()
}

export async function allowNotices() {
  if (notices.value !== null) notices.value = await Notification.requestPermission()
}

/** `waiting`: who waits, by something that tells them apart; undefined while nobody knows. `quiet`: only the title. */
export function useBell(waiting: Ref<string[] | undefined>, quiet: Ref<boolean> = ref(false)) {
  let known: Set<string> | undefined
  watch(computed(() => waiting.value?.join(' ')), () => {
    const now = waiting.value
    setTitleCount(now?.length ?? 0)
    if (!now) return
    const before = known
    const came = before ? now.filter((one) => !before.has(one)) : []
    known = new Set(now)
    if (came[0] !== undefined && !quiet.value) void tell(came[0])
  }, { immediate: true })
  onScopeDispose(() => setTitleCount(0))
}

async function tell(who: string) {
  if (bellOn.value) {
    // the window that gets the lock rings, the others keep still
    if (navigator.locks) await navigator.locks.request(KEPT, { ifAvailable: true }, async (lock) => lock && ring()).catch(() => {})
    else await ring().catch(() => {})
  }
  if (document.visibilityState === 'visible' || notices.value !== 'granted') return
  // no name: such a notice may be read over a shoulder
  try {
    const notice = new Notification(t('common.bell.title'), { body: t('common.bell.text'), tag: who })
    notice.onclick = () => {
      window.focus()
      notice.close()
    }
  } catch {
    // phones show notices through a service worker only; the sound and the title must do
  }
}
