import { createApp } from 'vue'
import App from './App.vue'
import { i18n, loadAreas } from './i18n'
import { router } from './router'
import { loadMe } from './state/me'
import './look/tokens.css'
import './look/ground.css'
import './look/parts.css'
import './look/frame.css'
import './look/layout.css'

void loadMe()
await loadAreas()
// eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- only vue-tsc reads a component's types
createApp(App).use(i18n).use(router).mount('#app')
