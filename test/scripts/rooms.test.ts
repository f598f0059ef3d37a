/** The order of the rooms of src, and that a break of each of its rules is found. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { importsOf, readImports } from '../../scripts/rooms/imports.js'
import { roomOf, traffic, violations } from '../../scripts/rooms/order.js'
import { picture, withPicture } from '../../scripts/rooms/picture.js'
import { rooms } from '../../scripts/rooms/rooms.js'

const pairs = rooms.slice(1).map(({ path }, index) => ({ lower: rooms[index]?.path ?? '', upper: path }))

describe('the order of the rooms', () => {
  test.for(pairs)('$lower may not import from $upper', ({ lower, upper }) => {
    const [low, high] = [`src/${lower}/a.ts`, `src/${upper}/b.ts`]
    expect(violations(new Map([[high, [low]]]))).toEqual([])
    expect(violations(new Map([[low, [high]]]))).toEqual([`${low} imports ${high}: ${lower} comes before ${upper}`])
  })

  test('a file in no room is named', () => {
    expect(violations(new Map([['src/agent/stray.ts', []]]))).toEqual([
      'src/agent/stray.ts is in no room: see scripts/rooms/rooms.js',
    ])
  })

  test('each room is a folder, and each folder of the agent a room', () => {
    const folders = readdirSync('src/agent').map((name) => `src/agent/${name}/`)
    expect(folders.filter((folder) => roomOf(folder) === -1)).toEqual([])
    expect(rooms.filter(({ path }) => path.startsWith('agent/'))).toHaveLength(folders.length)
  })
})

test('imports are found in all forms, and packages passed over', () => {
  const text = [
    "import { a } from './a.ts'",
    "import type { B } from '../b.ts'",
    "export * from './c.ts'",
    "import './d.ts'",
    "const e = await import('./e.ts')",
    'import {',
    '  f,',
    "} from './f.ts'",
    "import { test } from 'vitest'",
    "import { again } from './a.ts'",
  ].join('\n')
  expect(importsOf('src/agent/x/y.ts', text)).toEqual([
    'src/agent/x/a.ts',
    'src/agent/b.ts',
    'src/agent/x/c.ts',
    'src/agent/x/d.ts',
    'src/agent/x/e.ts',
    'src/agent/x/f.ts',
  ])
})

test('the picture has a row for each room, with the imports that there are', () => {
  const imports = readImports('src')
  expect(imports.size).toBeGreaterThan(300)
  const drawn = picture(imports)
  for (const { path } of rooms) {
    expect(drawn).toContain(`| \`src/${path}\` |`)
  }
  const [[key, count] = ['', 0]] = traffic(imports)
  const [from, to] = key.split(' ')
  const row = drawn.split('\n').find((line) => line.startsWith(`| \`src/${from}\``))
  expect(row).toContain(`${to?.replace('agent/', '')} ${count}`)
})

test('the picture goes between its marks, and nothing else of the page changes', () => {
  const page = 'before\n<!-- rooms -->\nearlier picture\n<!-- end of rooms -->\nafter\n'
  const drawn = withPicture(page, new Map())
  expect(drawn).toMatch(/^before\n<!-- rooms -->\n\n\| room [\s\S]*\n<!-- end of rooms -->\nafter\n$/)
  expect(drawn).not.toContain('earlier picture')
  expect(() => withPicture('no marks', new Map())).toThrow('the page has no')
})

test('ARCHITECTURE.md has the rooms and imports as they are', () => {
  const page = readFileSync('ARCHITECTURE.md', 'utf8')
  expect(withPicture(page, readImports('src')), 'node scripts/rooms.js --write').toBe(page)
})

test('ARCHITECTURE.md names files that there are', () => {
  const page = readFileSync('ARCHITECTURE.md', 'utf8')
  const named = Array.from(
    page.matchAll(/`((?:rtnetlink|kernel|desired|trial|reconcile|insight|publish|run|words)\/[\w/-]+\.ts)`/g),
    ([, path]) => path,
  )
  expect(named.length).toBeGreaterThan(15)
  const missing = named.filter((path) => !(existsSync(`src/${path}`) || existsSync(`src/agent/${path}`)))
  expect(missing).toEqual([])
})
