import { beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'

function storage(): Storage {
  const kept: Record<string, string> = {}
  const methods = {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void Reflect.deleteProperty(kept, key),
  }
  return new Proxy(kept, { get: (_, key: string) => methods[key as keyof typeof methods] ?? kept[key] }) as unknown as Storage
}

let drafts: typeof import('./drafts')
beforeEach(async () => {
  vi.stubGlobal('sessionStorage', storage())
  vi.resetModules()
  drafts = await import('./drafts')
})

async function type(text: string) {
  const { draft } = drafts.useDraft('contact', { mobile: '' })
  draft.mobile = text
  await nextTick()
  return draft
}
const shown = () => drafts.useDraft('contact', { mobile: '' }).draft.mobile

it('a draft comes back to the account that typed it, also after its sign-in ran out', async () => {
  drafts.ownDrafts('lin')
  await type('15400000001')
  expect(shown()).toBe('15400000001')
  drafts.ownDrafts(null)
  expect(shown()).toBe('')
  drafts.ownDrafts('lin')
  expect(shown()).toBe('15400000001')
})

it('nobody else sees it, and it is gone once somebody else is there', async () => {
  drafts.ownDrafts('lin')
  await type('15400000001')
  drafts.ownDrafts('gao')
  expect(shown()).toBe('')
  drafts.ownDrafts('lin')
  expect(shown()).toBe('')
})

it('a form that is still on the screen when somebody signs out writes nothing any more', async () => {
  drafts.ownDrafts('lin')
  const draft = await type('15400000001')
  drafts.dropDrafts()
  draft.mobile = '15400000002'
  await nextTick()
  expect(Object.keys(sessionStorage)).toEqual([])
})
