// Rules about the sources that types cannot carry: every word in both languages, none outside the message files,
// and nothing that the content security policy would refuse.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'

const source = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((file) => join(source, file))
const named = (file: string) => relative(source, file)
const pages = files.filter((file) => file.endsWith('.vue'))
const scripts = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !named(file).startsWith('messages'))
const HAN = /\p{Script=Han}/u
const SPOKEN_ATTRIBUTES = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'hint', 'text']

type Tree = { [key: string]: string | Tree | Tree[] }
function keys(tree: Tree, prefix: string): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' || Array.isArray(value) ? [`${prefix}.${key}`] : keys(value, `${prefix}.${key}`))
}

async function messageKeys(language: string): Promise<string[]> {
  const areas = readdirSync(join(source, 'messages', language)).map((file) => file.replace('.ts', '')).sort()
  const trees = await Promise.all(areas.map((area) => import(`../src/messages/${language}/${area}.ts`)))
  return trees.flatMap((tree, index) => keys(tree.default as Tree, areas[index] ?? ''))
}

/** Literal words of a template: text and the attributes that are read out. */
function words(file: string): string[] {
  const { descriptor } = parse(readFileSync(file, 'utf8'))
  const found: string[] = []
  type Node = { type: number; content?: unknown; children?: Node[]; props?: { type: number; name: string; value?: { content: string } }[] }
  function walk(node: Node) {
    if (node.type === 2 && typeof node.content === 'string') found.push(node.content)
    for (const prop of node.props ?? []) {
      if (prop.type === 6 && SPOKEN_ATTRIBUTES.includes(prop.name) && prop.value) found.push(prop.value.content)
    }
    node.children?.forEach(walk)
  }
  if (descriptor.template?.ast) walk(descriptor.template.ast as unknown as Node)
  return found
}

describe('messages', () => {
  it('say the same in both languages', async () => {
    expect(await messageKeys('en')).toEqual(await messageKeys('zh-CN'))
  })

  it('have every key the pages ask for', async () => {
    const known = await messageKeys('zh-CN')
    const missing: string[] = []
    for (const file of [...pages, ...scripts]) {
      const text = readFileSync(file, 'utf8')
      for (const [, key] of text.matchAll(/\bt\('([a-z_]+\.[\w.-]+)'/g)) {
        if (!known.some((found) => found === key || found.startsWith(`${key}.`))) missing.push(`${named(file)}: ${key}`)
      }
      for (const [, prefix] of text.matchAll(/\bt\(`([a-z_]+\.[\w.-]+)\$\{/g)) {
        if (!known.some((found) => found.startsWith(prefix ?? ''))) missing.push(`${named(file)}: ${prefix}…`)
      }
      for (const [, key] of text.matchAll(/title: '([a-z_]+\.[\w.]+)'/g)) {
        if (!known.includes(key ?? '')) missing.push(`${named(file)}: ${key}`)
      }
    }
    expect(missing).toEqual([])
  })
})

describe('words', () => {
  it('stand in no template', () => {
    const literal = pages.flatMap((file) =>
      words(file).filter((text) => HAN.test(text) || /[A-Za-z]{2,}/.test(text)).map((text) => `${named(file)}: ${text.trim()}`))
    expect(literal).toEqual([])
  })

  it('stand in no script outside its comments', () => {
    const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(^|\s)\/\/.*$/gm, '')
    const chinese = [...pages, ...scripts].filter((file) => HAN.test(withoutComments(readFileSync(file, 'utf8'))))
    expect(chinese.map(named)).toEqual([])
  })
})

describe('the content security policy', () => {
  it('is not worked around', () => {
    const offenders = pages.filter((file) => /v-html|\sstyle="/.test(readFileSync(file, 'utf8')))
    expect(offenders.map(named)).toEqual([])
  })

  it('finds no other host in the sources', () => {
    const hosts = [...pages, ...scripts].filter((file) => /https?:\/\/(?!www\.w3\.org)/.test(readFileSync(file, 'utf8')))
    expect(hosts.map(named)).toEqual([])
  })
})
