// The window's title: what the page is, and before it how many wait, so that it is seen among other windows.
import { t } from '../i18n'

let page = ''
let count = 0

function show() {
  document.title = `${count ? `(${count}) ` : ''}${page}`
}

/** Puts a page's title into the window; pages whose title comes with their data call it again. */
export function setTitle(title: string) {
  page = `${title} · ${t('common.brand')}`
  show()
}

export function setTitleCount(now: number) {
  count = now
  show()
}
