// Writes src/api/limits.ts: how short and how long a text may be that the program takes, from its OpenAPI document.
// The forms go by it, so that no page restates what is the program's to say.
import { readFileSync, writeFileSync } from 'node:fs'

const { components } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
const limits = {}
for (const [schema, { properties = {} }] of Object.entries(components.schemas)) {
  for (const [field, { minLength, maxLength }] of Object.entries(properties)) {
    if (maxLength !== undefined) (limits[schema] ??= {})[field] = { min: minLength ?? 0, max: maxLength }
  }
}
const lines = Object.entries(limits).sort().map(([schema, fields]) =>
  `  ${schema}: { ${Object.entries(fields).map(([field, { min, max }]) => `${field}: { min: ${min}, max: ${max} }`).join(', ')} },`)
writeFileSync(new URL('../src/api/limits.ts', import.meta.url), `// Generated from the program's OpenAPI document: \`make generate\`.

/** How many characters a text has, at least and at most, by what is sent and its field. */
export const LIMITS = {
${lines.join('\n')}
} as const
`)
