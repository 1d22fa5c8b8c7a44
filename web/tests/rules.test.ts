// Terms and limits are the program's: a page shows what it was told, and a message has a gap where one stands.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('../src', import.meta.url))
const read = (folder: string, end: string) => readdirSync(`${source}/${folder}`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith(end) && !file.endsWith('.test.ts'))
  .flatMap((file) => readFileSync(`${source}/${folder}/${file}`, 'utf8').split('\n').map((line) => `${file}: ${line.trim()}`))

const TERM = /\d+ ?(分钟|小时|工作日|天|日内|人[。，的]|个字)|\d+ (minutes?|hours?|(working )?days?|seconds|answers|characters|of you)\b/
/** What no rule of the program is: about how long reading takes, what keys do, what the law or a standard asks. */
const NO_RULE = [
  /uscc_/, /fill: /, /rate_text: /, /duty: /, /after_hours: /, /keys: /, /back: |forward: /, /day_2: /,
]

it('no message restates a term or limit of the program', () => {
  expect(read('messages', '.ts').filter((line) => TERM.test(line) && !NO_RULE.some((known) => known.test(line)))).toEqual([])
})

it('no form restates how long a text may be', () => {
  // identifiers and addresses have the length that their own standard gives them, and room for how they are typed
  const standard = /uscc|mobile|email|CustomsField/
  expect(read('pages', '.vue').filter((line) => /maxlength="\d+"/.test(line) && !standard.test(line))).toEqual([])
})
