import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The peers' cases: so many of each, numbered from 1. */
const counts = { VY: 6, SD: 6, NM: 12, IF: 8, FX: 7, FL: 3, FR: 5, NP: 8, PR: 1 }
const cases = [
  ...Object.entries(counts).flatMap(([peer, count]) => Array.from({ length: count }, (_, n) => `${peer}-${n + 1}`)),
  'VY-base',
]

interface Row {
  readonly id: string
  /** The third column: tests, or a reason. */
  readonly answer: string
  /** `FILE: NAME` each. */
  readonly tests: readonly string[]
}

const rows: readonly Row[] = [
  ...read('docs/maintainers/acceptance.md').matchAll(/^\| ([A-Z]{2}-\w+) \| .+ \| (.+) \|$/gm),
].map(([, id = '', answer = '']) => ({ id, answer, tests: testsOf(answer) }))

/** `FILE: "NAME"; "NAME"; FILE: "NAME"`; without a file before it, a name is of the file before. */
function testsOf(answer: string): string[] {
  let file = ''
  return [...answer.matchAll(/(?:(\S+\.test\.ts): )?"([^"]+)"/g)].map(([, path, name]) => {
    file = path ?? file
    return `${file}: ${name}`
  })
}

/** The names that stand first in a call of `test` or `test.fails`, or after the table of a `test.each`. */
function namesIn(file: string): string[] {
  return [...read(file).matchAll(/(?:\btest(?:\.\w+)*|^\s*\]\))\(\s*(['"`])(.*?)\1,\s/gm)].map(
    ([, , name = '']) => name,
  )
}

describe('docs/maintainers/acceptance.md', () => {
  test('has each case of the peers once', () => {
    expect(rows.map(({ id }) => id).toSorted()).toEqual(cases.toSorted())
  })

  test.each(rows)('$id has a test that exists, or the reason why there is none', ({ answer, tests }) => {
    if (tests.length === 0) {
      expect(answer).toMatch(/^does not apply: .{20}/)
    }
    const files = [...new Set(tests.map((each) => each.split(': ', 1)[0] ?? ''))]
    const existing = files.flatMap((file) => namesIn(file).map((name) => `${file}: ${name}`))
    expect(existing).toEqual(expect.arrayContaining([...tests]))
  })

  test.each(readdirSync(join(root, 'integration/peers')))(
    'names each test of %s, for the cases that it names',
    (file) => {
      const path = `integration/peers/${file}`
      for (const name of namesIn(path)) {
        const listed = rows.filter(({ tests }) => tests.includes(`${path}: ${name}`)).map(({ id }) => id)
        expect(listed.toSorted(), name).toEqual(casesOf(name).toSorted())
      }
    },
  )
})

/** The cases that a test's name begins with: `VY-3, VY-4: …`, `NM-1 to NM-4, NM-9: …`. */
function casesOf(name: string): string[] {
  const [list = ''] = name.split(': ', 1)
  return list.split(', ').flatMap((part) => {
    const [, peer = '', first, last] = /^([A-Z]{2}-)(\w+)(?: to [A-Z]{2}-(\d+))?$/.exec(part) ?? []
    return last === undefined
      ? [part]
      : Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${peer}${Number(first) + index}`)
  })
}
