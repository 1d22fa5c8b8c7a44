// A file that is chosen, measured, and looked at by the program before anything is done with it.
import { ref, shallowRef, type Ref } from 'vue'
import { base64 } from '../rules/year'
import { useAct } from './load'

/** So many bytes fit where so many characters of base64 are taken: it writes three bytes as four characters. */
export const bytesIn = (characters: number) => Math.floor(characters / 4) * 3

/**
 * `characters`: so many of base64 the program takes. `look`: what the program says of the file. `input`: the control,
 * which is emptied when all is forgotten.
 */
export function useFilePreview<Preview>(characters: number, look: (base64: string, name: string) => Promise<Preview>, input?: Readonly<Ref<HTMLInputElement | null>>) {
  const largest = bytesIn(characters)
  const name = ref('')
  const chosen = ref('')
  const tooLarge = ref(false)
  const preview = shallowRef<Preview>()
  let turn = 0
  /** While the program looks at one file another may be chosen: what it says of the first is nothing then. */
  async function lookAt(): Promise<void> {
    const mine = turn
    try {
      const found = await look(chosen.value, name.value)
      if (mine === turn) preview.value = found
    } catch (caught) {
      if (mine === turn) throw caught
    }
    if (mine !== turn && chosen.value) await lookAt()
  }
  const looking = useAct(lookAt)

  function reset() {
    turn++
    ;[name.value, chosen.value, tooLarge.value, preview.value, looking.problem.value] = ['', '', false, undefined, null]
  }

  async function choose(event: Event) {
    const file = (event.target as HTMLInputElement).files?.[0]
    reset()
    if (!file) return
    const mine = turn
    name.value = file.name
    tooLarge.value = file.size > largest
    if (tooLarge.value) return
    const read = base64(new Uint8Array(await file.arrayBuffer()))
    if (mine !== turn) return
    chosen.value = read
    await looking.run()
  }

  function forget() {
    reset()
    if (input?.value) input.value.value = ''
  }

  return { name, chosen, tooLarge, kilobytes: Math.floor(largest / 1000), preview, looking, choose, forget }
}
