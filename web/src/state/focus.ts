import { nextTick } from 'vue'

/** Puts the focus on the page's heading: a screen reader hears that the page, or all that is on it, is another. */
export async function focusHeading() {
  await nextTick()
  const heading = document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus({ preventScroll: true })
}
