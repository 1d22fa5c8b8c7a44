// Runs before the first paint, as a file of its own because the content security policy forbids inline
// scripts: theme and large mode as they were chosen on this device. src/state/look.ts reads and writes the
// same keys.
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
})()
