import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseDocument } from '../../../src/agent/desired/document.ts'
import { cutRuns } from '../../../src/agent/desired/yaml-runs.ts'

const count = 600
const entry = (index: number): string => `{mac: 02:00:00:00:${index % 90}:01, dst: 10.0.${index % 250}.1}`
const list = (line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('')
const flow = list((index) => `      - ${entry(index)}\n`)
const within = (entries: string): string => `vxlans:\n  vxlan0:\n    id: 1\n    fdb:\n${entries}    ttl: 5\n`

const plainForms: [name: string, text: string][] = [
  ['mappings on a line', within(flow)],
  [
    'mappings on several lines',
    within(list((index) => `      - mac: 02:00:00:00:00:${index % 90}\n        dst: 10.0.0.1\n`)),
  ],
  ['values alone', within(list((index) => `      - 10.0.${index % 250}.1/24\n`))],
  ['entries no deeper than their key', within(flow.replaceAll('      -', '    -'))],
  ['lines that end as on Windows', within(flow).replaceAll('\n', '\r\n')],
  [
    'words, numbers, truths, texts in quotes',
    within(list((index) => `      - {a: eth${index}, b: ${index}, c: true, d: "::1"}\n`)),
  ],
  ['no line break at the end', within('').replace('    ttl: 5\n', flow.trimEnd())],
  [
    'as PyYAML writes them',
    within(list((index) => `    - dst: 10.0.0.1\n      mac: '02:00:00:00:00:${10 + (index % 90)}'\n`)),
  ],
  [
    'as Ansible writes them',
    within(list((index) => `    -   dst: 10.0.0.1\n        mac: '02:00:00:00:00:${10 + (index % 90)}'\n`)),
  ],
  ['a JSON object on each line', within(list((index) => `      - {"mac": "02:00:00:00:00:01", "vni": ${index} }\n`))],
  ['a comment after each', within(flow.replaceAll('}\n', '} # {mac: 1, #\n'))],
  [
    'comments and blank lines between and within',
    within(list((index) => `\n# rack ${index}\n      - a: 1\n\n  # b follows\n        b: x # word\n`)),
  ],
  [
    'many short lists',
    Array.from({ length: 20 }, (_, index) => `v${index}:\n${flow.split('\n').slice(0, 40).join('\n')}\n`).join(''),
  ],
  ['two lists', `a:\n${flow}b:\n${flow}`],
  [
    'other entries before, between and after',
    within(`      - {mac: "x y"}\n${flow}      - [1, 2]\n\n${flow}      - mac: >-\n          x\n`),
  ],
]

test.each(plainForms)('%s: are cut out, and give what the parser gives for the whole', (_, text) => {
  expect(cutRuns(text)?.text.length).toBeLessThan(text.length / 10)
  const { value, faults } = parseDocument(text)
  expect(faults).toEqual([])
  expect(value).toEqual(parse(text))
})

/** What looks like plain entries and is not, or not only. */
const tricky: [name: string, text: string][] = [
  ['a block text', `a: |\n${flow}b: 1\n`],
  ['a text over several lines', `a: word\n${flow.replaceAll(': ', ':')}`],
  ['a last entry that goes on', within(`${list(() => '      - word\n')}\n         and more\n`)],
  ['a last mapping that goes on', within(`${list(() => '      - a: word\n')}          and more\n`)],
  ['a last mapping that goes on after a comment', within(`${list(() => '      - a: word\n')}# here\n        b: 1\n`)],
  ['a number sign within a word', within(list(() => '      - a#b\n'))],
  ['comments without a space before them', within(list(() => '      - {a: 1}#b\n')).replaceAll('}#b', '} #b')],
  ['what looks like a comment within a text', `a: |\n${flow.replaceAll('}\n', '} # hello\n')}b: 1\n`],
  ['keys that are words', within(list(() => '      - {"true": 1, y: 2, no: 4}\n'))],
  ['an anchor, and an alias of the whole', `a: &a\n${flow}b: *a\n`],
  ['an alias of one run, and another in a text', `a: &a\n${flow}b: *a\nc: |\n${flow}`],
  [
    'words that are no texts',
    within(
      list(
        (index) => `      - {a: ${['null', '~', 'yes', 'NO', '1e3', '0o7', '.5', '012', '-1', '0x1F'][index % 10]}}\n`,
      ),
    ),
  ],
  ['another version of YAML', `%YAML 1.1\n---\n${within(list(() => '      - {a: 12:30:45, b: yes}\n'))}`],
  ['our own mark', within(flow).replace('id: 1', 'id: vxagent-run-0')],
  ['keys named like properties', within(list((index) => `      - {constructor: ${index}, __proto__: 1}\n`))],
  ['empty mappings', within(list(() => '      - {}\n'))],
  ['a list in a list', within(list((index) => `      - - ${index}\n`))],
  ['a text on a line by itself', within(list((index) => `      - a: x\n        b: >-\n          ${index}\n`))],
]

test.each(tricky)('%s: gives what the parser gives', (_, text) => {
  const { value, faults } = parseDocument(text)
  expect(faults).toEqual([])
  const own = JSON.parse(JSON.stringify(value))
  expect(own).toEqual(JSON.parse(JSON.stringify(parse(text))))
})

test('what is wrong is told at its place in the whole text', () => {
  const text = within(`${flow}      - {mac: 1, mac: 2}\n${flow}`)
  const { faults, position } = parseDocument(text)
  expect(faults.map(({ code, start }) => [code, position(start)])).toEqual([
    ['duplicate-key', { line: 4 + count + 1, column: 18 }],
  ])
  const broken = parseDocument(within(`${flow}      - {mac: 1\n`))
  expect(broken.faults[0]).toMatchObject({ code: 'syntax' })
  expect(broken.position(broken.faults[0]?.start ?? 0).line).toBeGreaterThan(count)
})

test('what is left after the cut is not read when it is too long; a long list of plain entries is', () => {
  const comment = `# ${'x'.repeat(16 << 20)}\n`
  expect(parseDocument(comment).faults).toMatchObject([{ code: 'too-large' }])
  expect(parseDocument(within(flow) + comment).faults).toMatchObject([{ code: 'too-large' }])
  const { value, faults } = parseDocument(within(flow.repeat(650)))
  expect(faults).toEqual([])
  expect((value as { vxlans: { vxlan0: { fdb: unknown[] } } }).vxlans.vxlan0.fdb).toHaveLength(650 * count)
})

describe('places', () => {
  const others = `      - {mac: 'a', "dst": 'fe80::1' } # {\n      - mac: a # b\n\n        dst: fe80::1 # c\n      - {mac: "a", dst: ::1}\n`
  const text = within(`      - {mac: x y}\n${flow}${others}`)
  const { span, entries } = parseDocument(text)
  const slice = (path: (string | number)[], at: 'key' | 'value'): string => {
    const { start, end } = span(path, at)
    return text.slice(start, end)
  }
  const fdb = ['vxlans', 'vxlan0', 'fdb']

  test.each([
    { path: [...fdb, 0, 'mac'], key: 'mac', value: 'x y' },
    { path: [...fdb, 1], key: entry(0), value: entry(0) },
    { path: [...fdb, 1, 'mac'], key: 'mac', value: '02:00:00:00:0:01' },
    { path: [...fdb, count, 'dst'], key: 'dst', value: `10.0.${(count - 1) % 250}.1` },
    { path: [...fdb, count + 1, 'dst'], key: '"dst"', value: "'fe80::1'" },
    { path: [...fdb, count + 1], key: `{mac: 'a', "dst": 'fe80::1' }`, value: `{mac: 'a', "dst": 'fe80::1' }` },
    { path: [...fdb, count + 2, 'dst'], key: 'dst', value: 'fe80::1' },
    {
      path: [...fdb, count + 2],
      key: 'mac: a # b\n\n        dst: fe80::1',
      value: 'mac: a # b\n\n        dst: fe80::1',
    },
    { path: [...fdb, count + 3, 'dst'], key: 'dst', value: '::1' },
    { path: [...fdb, 7, 'none'], key: entry(6), value: entry(6) },
    { path: [...fdb, 7, 'mac', 'deeper'], key: 'mac', value: 'mac' },
    { path: ['vxlans', 'vxlan0', 'ttl'], key: 'ttl', value: '5' },
    { path: ['vxlans', 'vxlan0', 'id'], key: 'id', value: '1' },
  ])('$path', ({ path, key, value }) => {
    expect([slice(path, 'key'), slice(path, 'value')]).toEqual([key, value])
  })

  test('of all entries of a list are those of each', () => {
    const each = Array.from({ length: count + 4 }, (_, index) => span([...fdb, index], 'value').start)
    expect(entries(fdb)).toEqual(each)
    expect([entries([...fdb, 7]), entries(['vxlans']), entries(['none'])]).toEqual([[], [], []])
  })

  test('are on the right lines', () => {
    const { position } = parseDocument(text)
    expect(position(span([...fdb, 1, 'dst'], 'value').start)).toEqual({ line: 6, column: 38 })
    expect(position(span(['vxlans', 'vxlan0', 'ttl'], 'key').start)).toEqual({ line: count + 11, column: 5 })
  })
})

const pieces = fc.constantFrom(
  '      - {mac: 02:00:00:00:00:01, dst: 10.0.0.1}\n',
  '      - {a: eth0, b: 12, c: true}\n',
  '      - {a: "2001:db8::1", b: 2001:db8::1}\n',
  '      - a: 1\n        b: word\n',
  '      - word\n',
  '      - 10.0.0.1/24\n',
  '      - "quoted"\n',
  '    - 5\n',
  '        deeper\n',
  '        key: value\n',
  '\n',
  '      # comment\n',
  '# comment\n',
  '      - {a: \'02:00\', "b": "c"} # comment\n',
  '      -   a: 1 # comment\n          # another\n          b: word\n',
  "      - 'quoted'   # comment\n",
  '      - {a: 1, a: 2}\n',
  '      - {a: [1]}\n',
  '      -\n',
  '      - ~\n',
  '    other: 1\n',
  '    text: |\n',
  '    text: folded\n',
)

test('whatever the mixture, cut or not, the data are the same', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(pieces, { maxLength: 3 }), (few, after) => {
      // Long enough runs come of repeating each piece.
      const text = `a:\n  b:\n    c:\n${[...few.map((piece) => piece.repeat(piece.startsWith('      - ') ? 40 : 1)), ...after].join('')}`
      let expected: unknown
      try {
        expected = parse(text)
      } catch {
        expect(parseDocument(text).faults).not.toEqual([])
        return
      }
      const { value, faults } = parseDocument(text)
      expect(faults).toEqual([])
      expect(value).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})
