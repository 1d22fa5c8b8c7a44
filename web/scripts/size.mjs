// The first load of `/` in Chinese, gzipped: what index.html names, the home page's own chunk with what it
// imports, and theme.js. Fails above the limit, so that the page stays quick on a poor line.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 120
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const files = new Set(['theme.js'])
function take(key) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  chunk.css?.forEach((file) => files.add(file))
  chunk.imports?.forEach(take)
}
take('index.html')
take('src/pages/home/HomePage.vue')
take('src/messages/zh-CN/home.ts')

let total = 0
for (const file of [...files].sort()) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
  total += size
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${file}`)
}
const kilobytes = total / 1024
console.log(`${kilobytes.toFixed(1).padStart(7)} KB  first load (limit ${LIMIT_KB} KB)`)
if (kilobytes > LIMIT_KB) process.exit(1)
