// The sources as the tests beside this file read them.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../src', import.meta.url))

export interface Source {
  /** As in src, such as `parts/Field.vue`. */
  name: string
  text: string
}

/** The files of src, or of one folder of it, whose names end so. */
function sourcesOf(end: RegExp, under = ''): Source[] {
  return readdirSync(join(root, under), { recursive: true, encoding: 'utf8' })
    .map((file) => join(root, under, file))
    .filter((file) => end.test(file))
    .map((file) => ({ name: relative(root, file), text: readFileSync(file, 'utf8') }))
}

/** Single-file components. */
export const components = sourcesOf(/\.vue$/)
/** Style sheets. */
export const styles = sourcesOf(/\.css$/)
/** Scripts that are neither tests, what those stand in with, nor messages. */
export const scripts = sourcesOf(/(?<!\.test|\/fakes|\/fakeRoom)\.ts$/).filter(({ name }) => !name.startsWith('messages'))

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(^|\s)\/\/.*$/gm, '')
}
