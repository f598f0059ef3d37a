import { expect, test } from 'vitest'
import { printable } from '../../src/cli/printable.ts'

test.each([
  ['vxlan0', 'vxlan0'],
  ['Überlagerung 東京', 'Überlagerung 東京'],
  ['\x1b[31mred\x07', '\\u{1b}[31mred\\u{7}'],
  ['two\nlines\r\ttab', 'two\\nlines\\r\\ttab'],
  ['c1 \x9b2J', 'c1 \\u{9b}2J'],
  ['right\u202eleft\u200b', 'right\\u{202e}left\\u{200b}'],
  ['back\\slash', 'back\\slash'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})
