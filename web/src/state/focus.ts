import { nextTick } from 'vue'

/** Puts the focus on the page's heading: a screen reader hears that the page, or all that is on it, is another. */
export async function focusHeading() {
  await nextTick()
  const heading = document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus({ preventScroll: true })
}

/** Where what had the focus is gone, puts it on what stands in its place; whoever has it elsewhere keeps it. */
export async function focusInstead(selector: string) {
  await nextTick()
  const { activeElement } = document
  if (activeElement && activeElement !== document.body && !(activeElement as HTMLButtonElement).disabled) return
  const next = document.querySelector<HTMLElement>(selector)
  if (next?.tabIndex === -1) next.setAttribute('tabindex', '-1')
  next?.focus({ preventScroll: true })
}
