// Runs before the first paint, as a file of its own because the content security policy forbids inline
// scripts: theme, large mode and language as they were chosen on this device. src/state/look.ts and
// src/i18n/index.ts read and write the same keys.
(function () {
  var root = document.documentElement
  function kept(key) {
    try { return localStorage.getItem(key) } catch (e) { return null }
  }
  function preferred() {
    if (matchMedia('(prefers-contrast: more)').matches) return 'contrast'
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  }
  root.dataset.theme = kept('mianqia.theme') || preferred()
  root.classList.toggle('large', kept('mianqia.large') === '1')
  // the first language of the browser that there is; Chinese when none of them is
  function spoken() {
    var languages = navigator.languages && navigator.languages.length ? navigator.languages : [navigator.language || '']
    for (var i = 0; i < languages.length; i++) {
      if (/^zh\b/i.test(languages[i])) return 'zh-CN'
      if (/^en\b/i.test(languages[i])) return 'en'
    }
    return 'zh-CN'
  }
  root.lang = kept('mianqia.language') || spoken()
})()
