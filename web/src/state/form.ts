import { nextTick, reactive } from 'vue'
import type { ApiError } from '../api/problem'

const AFTER_CLICK_MS = 200

/** A check gives the words of what is wrong, or an empty string. */
export type Checks<Name extends string> = Record<Name, () => string>

/**
 * The errors of a form's fields: checked as one leaves a field, all at once before sending, and filled from the
 * program's answer. `names` of the API and of the page are the same.
 */
export function useChecks<Name extends string>(checks: () => Checks<Name>) {
  const errors = reactive({}) as Record<Name, string>

  function check(name: Name): boolean {
    errors[name] = checks()[name]?.() ?? ''
    return !errors[name]
  }

  /**
   * Somebody left a field; an empty one is not yet a mistake. It is checked a moment later: an error that comes or
   * goes between press and release would move the button away from under the pointer, and the click would be lost.
   */
  function leave(name: Name, value: unknown) {
    if (value) setTimeout(() => check(name), AFTER_CLICK_MS)
  }

  /** For `@input` of the form: an error goes as soon as it is mended. Controls carry the field's name. */
  function retype(event: Event) {
    const name = (event.target as HTMLInputElement).name as Name
    if (errors[name]) check(name)
  }

  /** Moves to the first field that is wrong, once it is drawn as such. */
  async function showFirst() {
    await nextTick()
    document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus()
  }

  function checkAll(): boolean {
    const names = Object.keys(checks()) as Name[]
    const good = names.map(check).every(Boolean)
    if (!good) void showFirst()
    return good
  }

  /** Puts the program's refusal at its field. False when it is about no field of this form. */
  function take(problem: ApiError): boolean {
    if (!problem.field) return false
    const name = problem.field.replace(/^fields\./, '') as Name
    if (!(name in checks())) return false
    errors[name] = problem.title || problem.detail
    void showFirst()
    return true
  }

  return { errors, check, leave, retype, checkAll, take }
}
