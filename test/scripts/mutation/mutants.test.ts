/** The changes that `npm run mutation` makes, as the texts that come of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyMutant, mutantsOf } from '../../../scripts/mutation/mutants.ts'
import { withRecord } from '../../../scripts/mutation/reached.ts'
import { parse } from '../../../scripts/mutation/syntax.ts'

test.each<{ text: string; becomes: string[] }>([
  { text: 'if (a) b', becomes: ['if (!(a)) b'] },
  { text: 'if (a === b) c', becomes: ['if (a !== b) c'] },
  { text: 'if (!a) b', becomes: ['if (a) b'] },
  { text: 'x = a ? b : c', becomes: [';', 'x = !(a) ? b : c'] },
  { text: 'const x = a < b', becomes: ['const x = a <= b'] },
  { text: 'const x = a >= b', becomes: ['const x = a > b'] },
  { text: 'const x = a && b', becomes: ['const x = a || b'] },
  { text: 'const x = a ?? b', becomes: ['const x = a'] },
  { text: 'const x = a + b', becomes: ['const x = a - b'] },
  { text: "const x = a + 'b'", becomes: [] },
  { text: 'const x = 7', becomes: ['const x = (7 + 1)'] },
  { text: 'const x = 7n', becomes: ['const x = (7n + 1n)'] },
  { text: 'const x = true', becomes: ['const x = false'] },
  { text: 'const x = await a()', becomes: ['const x = a()'] },
  { text: 'await a()', becomes: [';', 'a()'] },
  { text: 'a.b()', becomes: [';'] },
  { text: 'a.b = c', becomes: [';'] },
  { text: 'this.#log.warn(a)', becomes: [] },
  { text: 'log?.child(a)', becomes: [] },
  { text: 'throw a', becomes: [';'] },
  { text: 'const x = a.filter(b).map(c)', becomes: ['const x = a.map(c)'] },
  { text: 'const x = a.some(b)', becomes: ['const x = a.every(b)'] },
  {
    text: 'const x = { a, ...b, c: d }',
    becomes: ['const x = { ...b, c: d }', 'const x = { a, c: d }', 'const x = { a, ...b }'],
  },
  { text: 'type X = 7 | true', becomes: [] },
  { text: 'const x = a as Y<7>', becomes: [] },
  { text: 'const x = (a && b) as Y', becomes: ['const x = (a || b) as Y'] },
  { text: 'class A extends B { constructor() { super() } }', becomes: [] },
])('$text', ({ text, becomes }) => {
  const plain = (code: string): string => code.replace(/\s+/g, ' ').replace(', }', ' }')
  expect(
    mutantsOf(text)
      .map((mutant) => plain(applyMutant(text, mutant)))
      .toSorted(),
  ).toEqual(becomes.toSorted())
})

test('a change knows the innermost function that it is in, and one outside of all knows none', () => {
  const text = 'const a = 1; function b() { return () => 2 }'
  expect(mutantsOf(text).map(({ within }) => within && text.slice(within, within + 8))).toEqual([
    undefined,
    '() => 2 '.slice(0, 8),
  ])
})

test('places are right behind letters of more than one byte', () => {
  const text = "const a = '’ä𝕏'; const b = 1"
  expect(mutantsOf(text).map((mutant) => applyMutant(text, mutant))).toEqual(["const a = '’ä𝕏'; const b = (1 + 1)"])
})

test('every change of a whole folder is TypeScript still', () => {
  let changes = 0
  for (const name of readdirSync('src/rtnetlink/wire')) {
    const text = readFileSync(join('src/rtnetlink/wire', name), 'utf8')
    for (const mutant of mutantsOf(text)) {
      changes += 1
      expect(() => parse(applyMutant(text, mutant)), `${name} ${JSON.stringify(mutant)}`).not.toThrow()
    }
  }
  expect(changes).toBeGreaterThan(300)
})

test('a text that records enters each function that runs, and the module', () => {
  const text = 'const one = () => ({ a: 1 }); function two() { return 2 } one()'
  const run = new Function(`${withRecord('src/x.ts', text)}; return [...globalThis.__vxaReached]`)
  try {
    expect(run()).toEqual([`src/x.ts:${text.indexOf('() =>')}`, 'src/x.ts'])
  } finally {
    Reflect.deleteProperty(globalThis, '__vxaReached')
  }
})
