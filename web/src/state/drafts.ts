import { reactive, watch } from 'vue'

const PREFIX = 'mianqia.draft.'
const NOBODY = 'nobody'

/** Whose drafts are written and read: an account's id, or nobody's. */
let owner = NOBODY
/** Goes up when drafts are dropped: a form that is still on the screen must not write its own again. */
let era = 0

function forEachKey(act: (key: string) => void) {
  try {
    for (const key of Object.keys(sessionStorage)) act(key)
  } catch {
    // forbidden: nothing was kept
  }
}

/**
 * Somebody is known to be signed in, or nobody. The drafts of anybody else go; with nobody there they stay with their
 * owner, whose sign-in may only have run out, and show to no one else.
 */
export function ownDrafts(account: string | null) {
  if (account && account !== owner) {
    era += 1
    forEachKey((key) => {
      if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${account}.`)) sessionStorage.removeItem(key)
    })
  }
  owner = account ?? NOBODY
}

/** Somebody signed out: nothing that was typed stays in this tab. */
export function dropDrafts() {
  era += 1
  forEachKey((key) => sessionStorage.removeItem(key))
}

/**
 * A form's content that survives a reload, the back button, an expired hold and a sign-in that ran out: kept in this
 * tab for the account that typed it until it is sent (`forget`) or somebody signs out. Never in localStorage: forms
 * carry personal data and computers are shared.
 */
export function useDraft<T extends object>(key: string, empty: T): { draft: T; forget: () => void } {
  const name = `${PREFIX}${owner}.${key}`
  const begun = era
  let kept: Partial<T> = {}
  try {
    kept = JSON.parse(sessionStorage.getItem(name) ?? '{}') as Partial<T>
  } catch {
    // unreadable or forbidden: start empty
  }
  const draft = reactive({ ...empty, ...kept }) as T
  let forgotten = false
  watch(draft, () => {
    if (forgotten || begun !== era) return
    try {
      sessionStorage.setItem(name, JSON.stringify(draft))
    } catch {
      // private mode: the draft lasts as long as the page
    }
  }, { deep: true })
  return {
    draft,
    forget() {
      forgotten = true
      try {
        sessionStorage.removeItem(name)
      } catch {
        // nothing was kept
      }
    },
  }
}
