import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDocument } from '../../../src/agent/desired/document.ts'
import type { Path } from '../../../src/agent/desired/finding.ts'
import { parseJsonDocument } from '../../../src/agent/desired/json-document.ts'
import { jsonFaults } from '../../../src/agent/desired/json-text.ts'
import { readMark } from './rule-cases/case.ts'

/** `‸` stands before the first thing that is no JSON. */
test.each([
  ['‸', 'the text ends where a value is expected'],
  ['  \n ‸', 'the text ends where a value is expected'],
  ['‸// hello\n{}', 'JSON has no comments'],
  ['{‸# hello\n}', 'JSON has no comments'],
  ['{} ‸/* hello */', 'JSON has no comments'],
  ['{"a": 1,‸}', 'no "," may stand before "}" in JSON'],
  ['[1,\n‸]', 'no "," may stand before "]" in JSON'],
  ['[1 ‸2]', '"," or "]" is expected here'],
  ['{"a": 1 ‸"b": 2}', '"," or "}" is expected here'],
  ['{\n"a": {"b": 1}\n‸', 'the text ends before the "}" of what begins on line 1'],
  ['{‸a: 1}', 'a key in double quotes is expected here'],
  ["{‸'a': 1}", 'a key in double quotes is expected here'],
  ['{"a"‸}', '":" is expected here'],
  ['{"a": ‸}', 'a value is expected here'],
  ['[‸NaN]', 'a value is expected here'],
  ['[‸+1]', 'a value is expected here'],
  ['[0‸x10]', '"," or "]" is expected here'],
  ['[0‸1]', '"," or "]" is expected here'],
  ['[1‸.]', '"," or "]" is expected here'],
  ['[‸True]', 'a value is expected here'],
  ['["a‸\\x"]', 'this is no escape sequence of JSON'],
  ['["a‸\\u12g4"]', 'this is no escape sequence of JSON'],
  ['["a‸\n"]', 'a line break or control character within a text must be written as an escape sequence'],
  ['[‸"abc', 'this text is not closed by a double quote'],
  ['{} ‸{}', 'nothing may follow the one value of a JSON file'],
  [`${'['.repeat(64)}‸[`, 'more than 64 levels of nesting; links stand at the second'],
])('%j: %s', (marked, message) => {
  const { text, line, column } = readMark(marked)
  const { faults, position } = parseJsonDocument(text)
  expect(faults).toMatchObject([{ message }])
  expect(position(faults[0]?.start ?? 0)).toEqual({ line, column })
})

test('a key that stands twice is told with both places, however it is written', () => {
  const text = '{"a": {"b": 1, "c": 2, "\\u0062": 3}}'
  expect(jsonFaults(text).faults).toMatchObject([{ code: 'duplicate-key', start: 23, end: 31, other: 7 }])
  expect(jsonFaults('[{"a": 1}, {"a": 1}, {"b": {"a": 1}, "a": 2}]').faults).toEqual([])
})

const mutated = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom('', ',', '"', '}', '[', ' ', '\n', '0', '-', '\\', 'e'),
  )
  .map(([json, at, cut, put]) => {
    const start = at % (json.length + 1)
    return json.slice(0, start) + put + json.slice(start + cut)
  })

test('a text without faults is one that JSON.parse takes, and the other way round', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), mutated, fc.string({ unit: 'binary' })), (text) => {
      const faults = jsonFaults(text).faults.filter(({ code }) => code === 'syntax')
      let isJson = true
      try {
        JSON.parse(text)
      } catch {
        isJson = false
      }
      expect(faults.length === 0).toBe(isJson)
    }),
    { numRuns: 1000 },
  )
})

/** Every way into a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  return typeof value !== 'object' || value === null
    ? [path]
    : [
        path,
        ...Object.entries(value).flatMap(([key, inner]) =>
          pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ]
}

describe('places', () => {
  test('are those that the YAML parser finds in the same text', { timeout: 30_000 }, () => {
    const values = fc.jsonValue({ maxDepth: 4 }).filter((value) => typeof value === 'object' && value !== null)
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        // What JSON.stringify leaves as it is, and YAML takes for a line break or refuses.
        const text = JSON.stringify(value, null, space)
        fc.pre(/^[\x20-\x7e\s]*$/.test(text) && !text.includes('__proto__'))
        const [json, yaml] = [parseJsonDocument(text), parseDocument(text)]
        fc.pre(yaml.faults.length === 0)
        for (const path of [...pathsOf(value), ['none'], [0, 7], ['none', 1]]) {
          for (const at of ['key', 'value'] as const) {
            expect([path, at, json.span(path, at)]).toEqual([path, at, yaml.span(path, at)])
          }
          expect([path, json.entries(path)]).toEqual([path, yaml.entries(path)])
        }
      }),
      { numRuns: 300 },
    )
  })

  test('of 100,000 entries are found in the time of one pass', () => {
    const text = JSON.stringify({ list: Array.from({ length: 100_000 }, (_, index) => ({ number: index })) })
    const { span, entries } = parseJsonDocument(text)
    expect(entries(['list'])).toHaveLength(100_000)
    expect(entries(['list']).every((start, index) => text.startsWith(`{"number":${index}}`, start))).toBe(true)
    const started = performance.now()
    for (let index = 0; index < 100_000; index += 10) {
      const { start, end } = span(['list', index, 'number'], 'value')
      expect(text.slice(start, end)).toBe(`${index}`)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
