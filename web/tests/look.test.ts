// What holds for the styles: colours stand in the tokens only, and no token is there for nothing.
import { expect, it } from 'vitest'
import { components, scripts, styles, withoutComments, type Source } from './sources'

const TOKENS = 'look/tokens.css'
// as CSS Color 4 names them; `transparent`, `currentColor` and the system's own colours are no colours of ours
const NAMED = `aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
  cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen
  darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue
  darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite
  forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory
  khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen
  lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime
  limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
  mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive
  olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
  powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver
  skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
  whitesmoke yellow yellowgreen`.split(/\s+/).join('|')
const HEX = '#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![\\w-])'
const FUNCTION = '(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix)\\('
/** A colour in the value of a declaration. */
const IN_STYLE = new RegExp(`:[^;{}]*(?:${HEX}|\\b${FUNCTION}|(?<![\\w-])(?:${NAMED})(?![\\w-]))[^;{}]*[;}]`, 'gi')
/** A colour given to an attribute, in a template or by a script. */
const IN_MARKUP = new RegExp(`(?:fill|stroke|color|background|stop-color)\\w*"?\\s*[=:]\\s*["'\`](?:${HEX}|${FUNCTION}|(?:${NAMED})["'\`])`, 'gi')

const styleOf = ({ name, text }: Source): Source => ({ name, text: [...text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('\n') })
const colours = (source: Source, pattern: RegExp) => [...withoutComments(source.text).matchAll(pattern)].map(([found]) => `${source.name}: ${found.trim()}`)

it('a colour stands in the tokens only', () => {
  const inStyles = [...styles.filter(({ name }) => name !== TOKENS), ...components.map(styleOf)].flatMap((source) => colours(source, IN_STYLE))
  const inMarkup = [...components, ...scripts].flatMap((source) => colours(source, IN_MARKUP))
  expect([...inStyles, ...inMarkup]).toEqual([])
})

it('every token is used, and what is used is there', () => {
  const all = [...styles, ...components, ...scripts].map(({ text }) => withoutComments(text)).join('\n')
  const tokens = styles.find(({ name }) => name === TOKENS)?.text ?? ''
  const defined = new Set([...tokens.matchAll(/(--[\w-]+)\s*:/g)].map(([, token]) => token))
  const used = new Set([...all.matchAll(/var\((--[\w-]+)/g)].map(([, token]) => token))
  const own = new Set([...all.matchAll(/(--[\w-]+)['"]?\s*:/g)].map(([, token]) => token))
  expect([...defined].filter((token) => !used.has(token))).toEqual([])
  expect([...used].filter((token) => !own.has(token))).toEqual([])
})

it('an English page is set in a Latin font, a Chinese one in a Chinese font', () => {
  const tokens = styles.find(({ name }) => name === TOKENS)?.text ?? ''
  const valueOf = (token: string, from: number) => /:\s*([^;]+);/.exec(tokens.slice(tokens.indexOf(`${token}:`, from)))?.[1] ?? ''
  const han = valueOf('--han', 0).split(', ')
  const stack = (from: number) => valueOf('--font', from).replace('var(--han)', han.join(', ')).split(', ')
  const [english, chinese] = [stack(0), stack(tokens.indexOf(':root:lang(zh)'))]
  expect(han).toContain('"Microsoft YaHei"')
  expect(chinese.slice(0, han.length)).toEqual(han)
  // what is a Chinese font on a Chinese system counts as one
  const first = (of: string[]) => Math.min(...of.map((font) => english.indexOf(font)))
  expect(first(['"Segoe UI"', '-apple-system', 'Roboto', 'Arial'])).toBe(0)
  expect(english.indexOf('Arial')).toBeLessThan(first([...han, 'system-ui']))
  expect(english.indexOf('"DejaVu Sans"')).toBeLessThan(first([...han, 'system-ui']))
})
