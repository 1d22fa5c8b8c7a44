// What holds for messages in all languages. That a key exists and gets its values is held by the types of i18n/keys.ts,
// which read the Chinese files; here the other languages are held to the same, and the pages to using what there is.
// A language is a folder of src/messages: another one needs nothing but its files.
import { describe, expect, it } from 'vitest'
import { LANGUAGES, pluralRule, spokenOf } from '../src/i18n/languages'
import document from '../../openapi.json'
import { components, scripts, withoutComments, type Source } from './sources'

interface Tree { [key: string]: string | Tree }
const files = import.meta.glob<Tree>(['../src/messages/*/*.ts', '!../src/messages/*/language.ts'], { eager: true, import: 'default' })

function leaves(tree: Tree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${prefix}.${key}`, value]] : leaves(value, `${prefix}.${key}`))
}
/** Every message of a language by its key. */
function messagesOf(language: string): Map<string, string> {
  const own = Object.entries(files).filter(([file]) => file.includes(`/${language}/`))
  return new Map(own.flatMap(([file, tree]) => leaves(tree, file.split('/').at(-1)?.replace('.ts', '') ?? '')))
}
const messages = new Map(LANGUAGES.map((language) => [language, messagesOf(language)]))
const [first, ...others] = LANGUAGES
const chinese = messages.get(first!)!

const gapsOf = (message: string) => [...new Set([...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort().join(' ')
const sources: Source[] = [...components, ...scripts].filter(({ name }) => name !== 'api/schema.ts').map(({ name, text }) => ({ name, text: withoutComments(text) }))

describe.each(others)('messages in %s', (language) => {
  const own = messages.get(language)!

  it('are the same as in Chinese, and all of them', () => {
    expect([...own.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('have the same gaps', () => {
    const differing = [...chinese].filter(([key, message]) => own.has(key) && gapsOf(own.get(key)!) !== gapsOf(message))
    expect(differing.map(([key]) => key)).toEqual([])
  })
})

describe.each(LANGUAGES)('forms of messages in %s', (language) => {
  it('are one, or as many as its numbers need, and go by the gap called n', () => {
    const needed = new Set(Array.from({ length: 200 }, (_, n) => pluralRule(language)(n, Infinity))).size
    const wrong = [...messages.get(language)!].filter(([, message]) => {
      const forms = message.split(' | ').length
      return forms > 1 && (forms !== needed || !gapsOf(message).split(' ').includes('n'))
    })
    expect(wrong.map(([key]) => key)).toEqual([])
  })
})

it('a language has all its areas, and the program speaks it too', () => {
  expect([...LANGUAGES].sort()).toEqual([...document.components.schemas.Locale.enum].sort())
})

it('a browser is answered in the first of its languages that there is', () => {
  expect(spokenOf(['fr-FR', 'en-US', 'zh-CN'])).toBe('en')
  expect(spokenOf(['zh-Hant-TW', 'en'])).toBe('zh-CN')
  expect(spokenOf(['fr'])).toBe('zh-CN')
})

/** Keys as the sources write them: 'booking.slots.left', or `booking.slots.day.${…}` with anything in its gaps. */
const written = sources.flatMap(({ text }) => [...text.matchAll(/['"]([a-z]+\.[\w.-]+)['"]|`([a-z]+\.(?:\$\{[^}]*\}|[^`$\s])*)`/g)].map(([, whole, pattern]) =>
  whole ?? pattern!.replace(/\$\{[^}]*\}/g, '*')))
const exact = new Set(written.filter((key) => !key.includes('*')))
const patterns = [...new Set(written.filter((key) => key.includes('*')))].map((key) =>
  new RegExp(`^${key.split('*').map((part) => part.replace(/[.-]/g, '\\$&')).join('.+')}$`))

describe('the pages', () => {
  it('use every message', () => {
    const unused = [...chinese.keys()].filter((key) => !exact.has(key) && !patterns.some((pattern) => pattern.test(key)))
    expect(unused).toEqual([])
  })

  it('fill every gap of a sentence that they draw in', () => {
    const empty: string[] = []
    for (const { name, text } of components) {
      for (const [, words, rest] of text.matchAll(/<Sentence [^>]*?words="([\w.]+)"([\s\S]*?(?:\/>|<\/Sentence>))/g)) {
        const gaps = gapsOf(chinese.get(words!) ?? '').split(' ')
        empty.push(...gaps.filter((gap) => !rest!.includes(`#${gap}>`) && !new RegExp(`:values="[^"]*\\b${gap}\\b`).test(rest!)).map((gap) => `${name}: {${gap}} of ${words}`))
      }
    }
    expect(empty).toEqual([])
  })

  it('say words by the typed function only', () => {
    const others = sources.filter(({ name, text }) => name !== 'i18n/index.ts' && /\$t\(|\buseI18n\b|\bkeypath=/.test(text))
    expect(others.map(({ name }) => name)).toEqual([])
  })

  it('glue no sentence out of messages', () => {
    const glued = sources.filter(({ text }) =>
      /\$\{t\([^`]*\}[^`]*\$\{t\(/.test(text) || /\bt\([^()]*\) \+|\+ t\(/.test(text) || /\{\{ t\('[^}]*\}\}\s*\{\{ t\('/.test(text) || /join\(t\(/.test(text))
    expect(glued.map(({ name }) => name)).toEqual([])
  })

  it('ask nowhere which language it is', () => {
    const languages = [...LANGUAGES, 'zh'].join('|')
    const told = new RegExp(`['"\`](${languages})['"\`]|\\.(${languages})\\b(?!')`)
    const asking = sources.filter(({ name, text }) => !name.startsWith('i18n/') && told.test(text))
    expect(asking.map(({ name }) => name)).toEqual([])
  })
})
