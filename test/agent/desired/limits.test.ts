/** Limits on what is read of files, and on what is said about them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDocument } from '../../../src/agent/desired/document.ts'
import { InvalidDesiredState, type Issue } from '../../../src/agent/desired/issue.ts'
import { IssueList } from '../../../src/agent/desired/issue-list.ts'
import { parseJsonDocument } from '../../../src/agent/desired/json-document.ts'
import { limitsFor, mostIssues, mostIssuesOfFile, mostKeys, mostLinks } from '../../../src/agent/desired/limits.ts'
import { loadDesired } from '../../../src/agent/desired/load.ts'
import { mergeFiles, mergeWithPlaces } from '../../../src/agent/desired/merge-files.ts'
import { locatorIn } from '../../../src/agent/desired/places.ts'
import { listFiles, readSource } from '../../../src/agent/desired/read.ts'
import { readShape } from '../../../src/agent/desired/shape.ts'
import { codeAndPlace, desiredDirectory, issuesOf } from './support.ts'

function listOf(count: number, of: (index: number) => string, separator = ','): string {
  return Array.from({ length: count }, (_, index) => of(index)).join(separator)
}

const link = (body: string): string => `{"vxlans": {"vxlan0": {"id": 1, "dstport": 4789, ${body}}}}`

describe('a text with too much in it is refused at the place where it is too much', () => {
  const limits = { ...limitsFor(), values: 10, yamlParts: 40 }

  test('of JSON', () => {
    const { faults, position } = parseJsonDocument(`[\n${listOf(10, () => '1')}]`, limits)
    expect(faults).toMatchObject([{ code: 'too-many-values' }])
    expect(position(faults[0]?.start ?? 0)).toEqual({ line: 2, column: 19 })
    expect(parseJsonDocument(`[${listOf(9, () => '1')}]`, limits).faults).toEqual([])
  })

  test.each([
    { where: 'links', around: ['{"vxlans": ', '}'], code: 'too-many-links', message: /no more than 50000 links/ },
    {
      where: 'keys of a link',
      around: ['{"vxlans": {"vxlan0": ', '}}'],
      code: 'too-many-values',
      message: /keys in one link; .* nearly all of these are unknown/,
    },
  ])('of JSON, in one mapping: $where', ({ around: [before, after], code, message }) => {
    const text = `${before}{${listOf(mostKeys + 1, (index) => `"k${index}": 1`)}}${after}`
    expect(parseJsonDocument(text).faults).toMatchObject([
      { code, start: text.lastIndexOf('"k'), message: expect.stringMatching(message) },
    ])
  })

  test.each([
    { where: 'links', before: 'vxlans:\n', indent: 2, code: 'too-many-links' },
    { where: 'keys of a link', before: 'vxlans:\n  vxlan0:\n', indent: 4, code: 'too-many-values' },
  ])('of YAML, in one mapping: $where', ({ before, indent, code }) => {
    const text = before + listOf(mostKeys + 2000, (index) => `${' '.repeat(indent)}k${index}: 1\n`, '')
    const { faults } = parseDocument(text, { ...limits, yamlParts: 8 * mostKeys + 4000 })
    expect(faults).toMatchObject([{ code, message: expect.stringMatching(/^more than 51000 keys in one/) }])
  })

  test('of YAML', () => {
    const { faults, position } = parseDocument('a: 1\n'.repeat(20), limits)
    expect(faults).toMatchObject([{ code: 'too-many-values', suggestion: expect.stringContaining('.json') }])
    expect(position(faults[0]?.start ?? 0).line).toBe(6)
  })

  test('of YAML, by aliases of what is merged', () => {
    const chain = listOf(70, (index) => `a${index + 1}: &a${index + 1} {<<: *a${index}}\n`, '')
    expect(parseDocument(`a0: &a0 {k: 1}\n${chain}`).faults).toMatchObject([{ code: 'excessive-aliases' }])
    const wide = `a: &a {${listOf(20, (index) => `k${index}: 1`)}}\nb: {<<: *a}\n`
    expect(parseDocument(wide, { ...limits, yamlParts: 1000 }).faults).toMatchObject([{ code: 'excessive-aliases' }])
  })

  test('one value of YAML', () => {
    const { faults } = parseDocument(`a: ${'x'.repeat(300_000)}`)
    expect(faults).toMatchObject([{ code: 'too-large', message: expect.stringContaining('300000 characters') }])
  })

  test.each(['[', '- ', '? ', '{a: ', ': '])('however deep: %j', (opening) => {
    expect(parseDocument(opening.repeat(100_000)).faults).toMatchObject([{ code: 'too-deep' }])
  })

  test('of 300,000 documents the second is named', () => {
    const { faults, position } = parseDocument('---\nvxlans: {}\n'.repeat(300_000))
    expect(faults).toMatchObject([{ code: 'several-documents' }])
    expect(position(faults[0]?.start ?? 0)).toEqual({ line: 4, column: 1 })
  })
})

describe('of files', () => {
  test('more than so many are not listed', async () => {
    const directory = desiredDirectory({ 'a.yaml': '', 'b.yaml': '', 'c.yaml': '' })
    expect(await listFiles([directory], 2)).toMatchObject([{ code: 'too-many-files', file: directory }])
    expect(await listFiles([directory], 3)).toHaveLength(3)
  })

  test('more than so many bytes are not read', async () => {
    const file = join(desiredDirectory(), 'a.yaml')
    writeFileSync(file, 'x'.repeat(1001))
    expect(await readSource(file, 1000)).toMatchObject({ fault: { code: 'too-large' } })
    expect(await readSource(file, 1001)).toEqual({ file, text: 'x'.repeat(1001) })
  })
})

test('more links than are taken are refused at the first that is too many', () => {
  const links = Object.fromEntries(Array.from({ length: mostLinks + 1 }, (_, index) => [`v${index}`, {}]))
  const { declarations, findings } = readShape({ vxlans: links })
  expect(declarations).toEqual([])
  expect(findings).toMatchObject([{ code: 'too-many-links', path: ['vxlans', `v${mostLinks}`] }])
  expect(readShape({ vxlans: { v: {} } }, mostLinks).findings).toMatchObject([{ code: 'too-many-links' }])
})

describe('a stack of interfaces', () => {
  const stack = (height: number): string =>
    `{"vxlans": {${listOf(height, (index) => `"v${index}": {"id": ${index}, "dstport": 4789, "dev": "v${index + 1}"}`)}}}`

  test('is refused where the kernel takes no more: at the eighth vxlan over a device', async () => {
    expect(await issuesOf(desiredDirectory({ 'a.json': stack(7) }))).toEqual([])
    const issues = await issuesOf(desiredDirectory({ 'a.json': stack(8) }))
    expect(issues).toMatchObject([{ code: 'too-many-levels', path: 'vxlans.v0.dev' }])
  })

  test('is looked through without recursion, and reported once', async () => {
    const issues = await issuesOf(desiredDirectory({ 'a.json': stack(12_000) }))
    expect(issues).toMatchObject([{ code: 'too-many-levels' }])
    const ring = stack(12_000).replace('"dev": "v12000"', '"dev": "v0"')
    expect(await issuesOf(desiredDirectory({ 'a.json': ring }))).toMatchObject([{ code: 'dev-cycle' }])
  }, 180_000)
})

describe('of many issues', () => {
  const issue = (file: string, line: number): Issue => ({
    ...{ severity: 'error', code: 'syntax', file, line, column: 1, path: '', text: '', message: 'm' },
  })

  test('the first of a file are shown, and how many more there are', async () => {
    const issues = await issuesOf(desiredDirectory({ 'a.json': link(`"remotes": [${listOf(300, () => '1')}]`) }))
    expect(issues).toHaveLength(mostIssuesOfFile + 1)
    expect(issues.at(-1)).toMatchObject({ code: 'more-issues', count: 200, severity: 'error' })
    expect(issues.at(-1)?.message).toBe('and 200 more errors in this file')
  })

  test.each([
    ['unknown keys', link(listOf(300, (index) => `"k${index}": 1`)), 200],
    ['the same entry', link(`"remotes": [${listOf(301, () => '"10.0.2.3"')}]`), 200],
    ['bad names', `{"vxlans": {${listOf(300, (index) => `"a b${index}": {"id": 1}`)}}}`, 200],
    ['keys that stand twice', `{${listOf(301, () => '"a": 1')}}`, 200],
  ])('all are counted: %s', async (_, text, more) => {
    const issues = await issuesOf(desiredDirectory({ 'a.json': text }))
    expect(issues.at(-1)).toMatchObject({ code: 'more-issues', count: more })
  })

  test('warnings do not keep errors from being shown, nor one file another', async () => {
    const links = listOf(200, (index) => `"v${index}": {"id": ${index + 1}}`)
    const directory = desiredDirectory({ 'a.json': `{"vxlans": {${links}}}`, 'b.yaml': 'x: 1' })
    const issues = await issuesOf(directory)
    const ofKind = (severity: string): string[] => issues.filter((each) => each.severity === severity).map(codeAndPlace)
    expect(ofKind('error')).toEqual(['unknown-key b.yaml:1:1'])
    expect(ofKind('warning')).toHaveLength(mostIssuesOfFile + 1)
  })

  test('each file has its share, and of too many files the others are counted', () => {
    const list = new IssueList()
    const files = Array.from({ length: mostIssues + 500 }, (_, index) => `f${index}`)
    for (const file of files) {
      list.add(file, 'error', () => issue(file, 1))
      list.add(file, 'error', () => issue(file, 2))
    }
    const shown = list.inReadingOrder(files)
    expect(shown).toHaveLength(2 * mostIssues + 1)
    expect(shown.slice(0, 2)).toMatchObject([
      { code: 'syntax', file: 'f0', line: 1 },
      { code: 'more-issues', file: 'f0', count: 1, line: 2 },
    ])
    expect(shown.at(-1)).toMatchObject({ code: 'more-issues', count: 1000, file: `f${mostIssues}` })
    expect(shown.at(-1)?.message).toBe('and 1,000 more errors in this file and 499 others')
    expect(new InvalidDesiredState(shown).message).toContain(`has ${2 * files.length} errors`)
  })
})

test('long lists, checked in pieces, give what short ones give, and places in the whole list', async () => {
  const entries = Array.from(
    { length: 12_000 },
    (_, index) => `"10.${index >> 16}.${(index >> 8) & 255}.${index & 255}"`,
  )
  const text = link(`"remotes": [${entries.join(',').replaceAll('10.0.0.0"', '10.0.200.0"')}], "ttl": "auto"`)
  const { state } = await loadDesired([desiredDirectory({ 'a.json': text })])
  expect(state.vxlans['vxlan0']?.remotes).toHaveLength(12_000)
  expect(Object.keys(state.vxlans['vxlan0'] ?? {})).toEqual(['id', 'dstport', 'ttl', 'remotes'])
  const bad = link(`"remotes": [${[...entries.slice(1, 11_000), '1', ...entries.slice(11_001)].join(',')}]`)
  expect(await issuesOf(desiredDirectory({ 'a.json': bad }))).toMatchObject([{ path: 'vxlans.vxlan0.remotes[10999]' }])
})

test('places that go from thread to thread are those in the text', () => {
  const text =
    'vxlans:\n  a:\n    id: 1\n    dstport: 1\n    remotes: [10.0.2.1, 10.0.2.2]\n    port: {cost: 3}\nbridges:\n  b: {ports: {c: {}}}\n'
  const { locate } = mergeFiles([{ file: 'a.yaml', text }], limitsFor())
  const other = locatorIn(mergeWithPlaces([{ file: 'a.yaml', text }], limitsFor()).places)
  for (const path of [
    ...[
      ['vxlans', 'a'],
      ['vxlans', 'a', 'id'],
      ['vxlans', 'a', 'remotes'],
      ['vxlans', 'a', 'remotes', 1],
    ],
    ...[
      ['vxlans', 'a', 'port', 'cost'],
      ['vxlans', 'a', 'mtu'],
      ['bridges', 'b', 'ports', 'c'],
      ['vxlans', 'none'],
    ],
  ]) {
    expect(other(path)).toEqual(locate(path))
  }
})
