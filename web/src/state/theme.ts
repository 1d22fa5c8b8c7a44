// Theme and large mode. public/theme.js sets both before the first paint from the same keys.
import { ref } from 'vue'

export const THEMES = ['light', 'dark', 'contrast'] as const
export type Theme = (typeof THEMES)[number]

const root = document.documentElement
export const theme = ref((root.dataset.theme ?? 'light') as Theme)
export const large = ref(root.classList.contains('large'))

function keep(key: string, value: string) {
  try {
    localStorage.setItem(key, value)
  } catch {
    // private mode: the choice lasts until the page is closed
  }
}

export function setTheme(chosen: Theme) {
  theme.value = chosen
  root.dataset.theme = chosen
  keep('mianqia.theme', chosen)
}

export function toggleLarge() {
  large.value = root.classList.toggle('large')
  keep('mianqia.large', large.value ? '1' : '0')
}
