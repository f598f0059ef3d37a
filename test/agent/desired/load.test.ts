import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDocument } from '../../../src/agent/desired/document.ts'
import { InvalidDesiredState } from '../../../src/agent/desired/issue.ts'
import { type LoadedDesired, loadDesired } from '../../../src/agent/desired/load.ts'
import { desiredDirectory } from './support.ts'

describe('of a directory', () => {
  test('reads *.yaml, *.yml and *.json in the order of their names, and nothing else', async () => {
    const directory = desiredDirectory({
      'c.json': '{\n\t"vxlans": {\n\t\t"c": {"id": 3, "dstport": 4789}\n\t}\n}\n',
      'b.yml': '\ufeffvxlans:\r\n  b: {id: 2, dstport: 4789}\r\n',
      'a.yaml': 'vxlans: {a: {id: 1, dstport: 4789}}',
      'a.yaml~': 'backup',
      '.#a.yaml': 'lock of Emacs',
      '.a.yaml.swp': 'swap of Vim',
      '.yaml': 'hidden',
      README: 'text',
    })
    const { state, files, warnings } = await loadDesired([directory])
    expect(files).toEqual(['a.yaml', 'b.yml', 'c.json'].map((name) => join(directory, name)))
    expect(state).toEqual({
      vxlans: { a: { id: 1, dstport: 4789 }, b: { id: 2, dstport: 4789 }, c: { id: 3, dstport: 4789 } },
      bridges: {},
    })
    expect(warnings).toEqual([])
  })

  test('without files declares no links', async () => {
    const { state, files } = await loadDesired([desiredDirectory()])
    expect({ state, files }).toEqual({ state: { vxlans: {}, bridges: {} }, files: [] })
  })

  test('a file that is given beside it is read once', async () => {
    const directory = desiredDirectory({ 'a.yaml': 'vxlans: {a: {id: 1, dstport: 4789}}' })
    const { files } = await loadDesired([directory, `${directory}/../desired.d/a.yaml`])
    expect(files).toEqual([join(directory, 'a.yaml')])
  })
})

test('anchors, aliases and merge keys are replaced by what they stand for', async () => {
  const directory = desiredDirectory({
    'a.yaml': [
      'vxlans:',
      '  a: &base {id: 1, dstport: &port 4789, ttl: 16}',
      '  b: {<<: *base, id: 2, ttl: 8}',
      '  c: {<<: [{id: 3, tos: 2}, *base], mtu: *port}',
    ].join('\n'),
  })
  const { state, locate } = await loadDesired([directory])
  expect(state.vxlans).toEqual({
    a: { id: 1, dstport: 4789, ttl: 16 },
    b: { id: 2, dstport: 4789, ttl: 8 },
    c: { id: 3, tos: 2, dstport: 4789, ttl: 16, mtu: 4789 },
  })
  const places = [
    locate(['vxlans', 'b', 'ttl']),
    locate(['vxlans', 'b', 'dstport']),
    locate(['vxlans', 'c', 'tos']),
    locate(['vxlans', 'c', 'dstport']),
    locate(['vxlans', 'c', 'mtu']),
  ]
  expect(places.map((place) => `${place?.line}:${place?.column}`)).toEqual(['3:30', '2:35', '4:25', '2:35', '4:42'])
})

test('a thousand links may share one anchor', async () => {
  const links = Array.from({ length: 1000 }, (_, index) => `  v${index}: {<<: *base, id: ${index}}`)
  const text = ['vxlans:', '  base: &base {id: 5000, dstport: 1, ttl: 16}', ...links].join('\n')
  const { state } = await loadDesired([desiredDirectory({ 'a.yaml': text })])
  expect(state.vxlans['v999']).toEqual({ id: 999, dstport: 1, ttl: 16 })
})

test('places are those of the name of a link, of values, and of entries in lists', async () => {
  const directory = desiredDirectory({
    'a.yaml': 'vxlans:\n  a.b:\n    id: 1\n    dstport: 1\n    addresses:\n      - 10.0.0.1/8\n      - 10.0.1.1/24\n',
    'b.yaml': 'vxlans: {c: {id: 2, dstport: 2}}',
  })
  const { locate } = await loadDesired([directory])
  const [a, b] = [join(directory, 'a.yaml'), join(directory, 'b.yaml')]
  expect(locate(['vxlans', 'a.b'])).toEqual({ file: a, line: 2, column: 3 })
  expect(locate(['vxlans', 'a.b', 'dstport'])).toEqual({ file: a, line: 4, column: 14 })
  expect(locate(['vxlans', 'a.b', 'addresses', 1])).toEqual({ file: a, line: 7, column: 9 })
  expect(locate(['vxlans', 'a.b', 'ttl'])).toEqual({ file: a, line: 2, column: 3 })
  expect(locate(['vxlans', 'c'])).toEqual({ file: b, line: 1, column: 10 })
  expect(locate(['vxlans', 'constructor'])).toBeUndefined()
})

describe('the hash', () => {
  const hashOf = async (...files: string[]): Promise<string> => {
    const directory = desiredDirectory(Object.fromEntries(files.map((file, index) => [`${index}.yaml`, file])))
    return (await loadDesired([directory])).hash
  }
  const plain = 'vxlans: {a: {id: 1, ttl: 0}, b: {id: 2, addresses: ["2001:db8::1/64", 10.0.0.1/8]}}'

  test.each([
    ['another order', ['vxlans: {b: {addresses: ["2001:db8::1/64", 10.0.0.1/8], id: 2}, a: {ttl: 0, id: 1}}']],
    ['two files', ['vxlans: {b: {id: 2, addresses: ["2001:db8::1/64", 10.0.0.1/8]}}', 'vxlans: {a: {id: 1, ttl: 0}}']],
    ['other spellings', ['vxlans: {a: {id: 0x1, ttl: auto}, b: {id: 2, addresses: ["2001:DB8::1/64", 10.0.0.1/8]}}']],
  ])('is the same for %s', async (_, files) => {
    expect(await hashOf(...files)).toBe(await hashOf(plain))
  })

  test.each([
    ['a value', plain.replace('ttl: 0', 'ttl: 1')],
    ['a name', plain.replace('b:', 'c:')],
    ['the order of addresses', plain.replace('"2001:db8::1/64", 10.0.0.1/8', '10.0.0.1/8, "2001:db8::1/64"')],
    ['a key that states the default', plain.replace('id: 1,', 'id: 1, learning: true,')],
  ])('differs with %s', async (_, text) => {
    expect(await hashOf(text)).not.toBe(await hashOf(plain))
  })
})

/** Pieces of YAML, JSON and desired state, and bytes that are none of them. */
const pieces = fc.constantFrom(
  ...[
    'vxlans:',
    '\n',
    '  ',
    ' ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    ',',
    ': ',
    '- ',
    '? ',
    '"',
    "'",
    '&a ',
    '*a',
    '<<: ',
    '!!str ',
    '!x ',
  ],
  ...[
    '|',
    '>',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '#',
    'vxlan0',
    'id',
    '42',
    '0x10',
    '.inf',
    '-0',
    '1e999',
    'ttl',
    'group',
    '239.1.1.1',
  ],
  ...[
    'addresses',
    '10.0.1.1/24',
    'null',
    '~',
    'true',
    '__proto__',
    'constructor',
    '@',
    '`',
    '\\u',
    '\\xzz',
    '\0',
    '\ufeff',
    '\r',
    'é',
  ],
)
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.array(pieces, { maxLength: 20 }).map((parts) => `vxlans:\n  vxlan0:\n    ${parts.join('')}`),
  fc.json().map((json) => `{"vxlans": {"vxlan0": ${json}}}`),
)

test('any text is a desired state or a list of issues with places inside the text', { timeout: 60_000 }, async () => {
  const file = join(desiredDirectory(), 'a.yaml')
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      writeFileSync(file, text)
      const outcome = await loadDesired([file]).catch((error: unknown) => error)
      if (!(outcome instanceof InvalidDesiredState)) {
        expect(outcome).toMatchObject({ files: [file] })
        expect(Object.keys((outcome as LoadedDesired).state)).toEqual(['vxlans', 'bridges'])
        return
      }
      expect(outcome.issues).not.toEqual([])
      const lines = text.split('\n')
      for (const { line, column } of outcome.issues) {
        expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1)
        expect(Math.min(line, column)).toBeGreaterThanOrEqual(1)
      }
    }),
    { numRuns: 1000 },
  )
})

test('whatever the nesting, the process goes on', { timeout: 60_000 }, () => {
  for (const opening of ['[', '{', '{a: ', '- ', '? ', '"a": ']) {
    expect(parseDocument(opening.repeat(20_000)).faults).not.toEqual([])
  }
})

describe('of standard input', () => {
  const given = (...chunks: (string | Buffer)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

  test('reads - as one more file', async () => {
    const directory = desiredDirectory({ 'a.yaml': 'vxlans: {a: {id: 1, dstport: 4789}}' })
    const input = given('vxlans: {b: {id: 2, ', 'dstport: 4789}}')
    const { state, files, locate } = await loadDesired([directory, '-'], input)
    expect(Object.keys(state.vxlans).sort()).toEqual(['a', 'b'])
    expect(files).toEqual(['stdin', join(directory, 'a.yaml')])
    expect(locate(['vxlans', 'b', 'id'])).toEqual({ file: 'stdin', line: 1, column: 18 })
  })

  test.each([
    { name: 'an error with its place', chunks: ['vxlans:\n  a: {id: x, dstport: 1}\n'], issue: 'stdin:2:11' },
    { name: 'nothing at all', chunks: [], issue: 'stdin:1:1' },
    { name: 'a byte that is no UTF-8', chunks: [Buffer.of(0x61, 0xff)], issue: 'stdin:1:2' },
    { name: 'too much', chunks: [Buffer.alloc(17 << 20, 'a'), Buffer.alloc(17 << 20, 'a')], issue: 'stdin:1:1' },
  ])('reports $name', async ({ chunks, issue }) => {
    await expect(loadDesired(['-'], given(...chunks))).rejects.toThrow(`${issue}: error: `)
  })

  test('is a path like any other where no input is given', async () => {
    await expect(loadDesired(['-'])).rejects.toThrow('- does not exist')
  })
})
