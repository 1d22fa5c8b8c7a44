// Rules about the sources that types cannot carry: no word outside the message files, and nothing that the content
// security policy would refuse.
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { components, scripts, withoutComments } from './sources'

const HAN = /\p{Script=Han}/u
const SPOKEN_ATTRIBUTES = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'hint', 'text']

/** Literal words of a template: text and the attributes that are read out. */
function words(text: string): string[] {
  const { descriptor } = parse(text)
  const found: string[] = []
  interface Node { type: number; content?: unknown; children?: Node[]; props?: { type: number; name: string; value?: { content: string } }[] }
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

describe('words', () => {
  it('stand in no template', () => {
    const literal = components.flatMap(({ name, text }) =>
      words(text).filter((word) => HAN.test(word) || /[A-Za-z]{2,}/.test(word)).map((word) => `${name}: ${word.trim()}`))
    expect(literal).toEqual([])
    // every template is parsed, on a machine that may be busy with others
  }, 60_000)

  it('stand in no script outside its comments', () => {
    const chinese = [...components, ...scripts].filter(({ text }) => HAN.test(withoutComments(text)))
    expect(chinese.map(({ name }) => name)).toEqual([])
  })
})

describe('the content security policy', () => {
  it('is not worked around', () => {
    const offenders = components.filter(({ text }) => /v-html|\sstyle="/.test(text))
    expect(offenders.map(({ name }) => name)).toEqual([])
  })

  it('finds no other host in the sources', () => {
    const hosts = [...components, ...scripts].filter(({ text }) => /https?:\/\/(?!www\.w3\.org)/.test(text))
    expect(hosts.map(({ name }) => name)).toEqual([])
  })
})
