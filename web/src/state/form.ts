import { nextTick, reactive } from 'vue'
import type { ApiError } from '../api/problem'

const AFTER_CLICK_MS = 200

/** A check gives the words of what is wrong, or an empty string. */
export type Checks<Name extends string> = Record<Name, () => string>

/** Puts the focus on what a refused submission is about: the first wrong field, or else the problem itself. */
export async function showRefusal(within = 'main') {
  await nextTick()
  const wrong = document.querySelector<HTMLElement>(`${within} [aria-invalid="true"]`)
  ;(wrong ?? document.querySelector<HTMLElement>(`${within} [role="alert"]`))?.focus()
}

/**
 * The errors of a form's fields: checked as one leaves a field, all at once before sending, and filled from the
 * program's answer. `names` of the API and of the page are the same. What the program answered stays until the field
 * is changed: only the program can take it back.
 */
export function useChecks<Name extends string>(checks: () => Checks<Name>, show: () => unknown = () => showRefusal()) {
  const errors = reactive({}) as Record<Name, string>
  const answered = new Set<Name>()
  const timers = new Map<Name, ReturnType<typeof setTimeout>>()

  function check(name: Name): boolean {
    if (answered.has(name)) return true
    errors[name] = checks()[name]?.() ?? ''
    return !errors[name]
  }

  function stop(name: Name) {
    clearTimeout(timers.get(name))
    timers.delete(name)
  }

  /**
   * Somebody left a field; an empty one is not yet a mistake. It is checked a moment later: an error that comes or
   * goes between press and release would move the button away from under the pointer, and the click would be lost.
   */
  function leave(name: Name, value: unknown) {
    stop(name)
    if (value) timers.set(name, setTimeout(() => check(name), AFTER_CLICK_MS))
  }

  /** For `@input` of the form: an error goes as soon as it is mended. Controls carry the field's name. */
  function retype(event: Event) {
    const name = (event.target as HTMLInputElement).name as Name
    answered.delete(name)
    if (errors[name]) check(name)
  }

  function checkAll(): boolean {
    const names = Object.keys(checks()) as Name[]
    // sent again as it is, it is for the program to say whether it is still wrong
    answered.clear()
    names.forEach(stop)
    const good = names.map(check).every(Boolean)
    if (!good) void show()
    return good
  }

  /**
   * Puts the program's refusal at its field and moves there. False when it is about no field of this form. `field`:
   * what the page calls it, where that is another name.
   */
  function take(problem: ApiError, field = problem.field): boolean {
    const name = (field ?? '').replace(/^fields\./, '') as Name
    const ours = !!name && name in checks()
    if (ours) {
      stop(name)
      answered.add(name)
      errors[name] = problem.title || problem.detail
    }
    void show()
    return ours
  }

  return { errors, check, leave, retype, checkAll, take }
}
