import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Folders that are not part of the repository. */
const left = new Set(['node_modules', 'dist', 'build', '.git'])

/** Every file of the repository, relative to its root. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !left.has(name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
}

const files = filesBelow('')
const pages = files.filter((path) => path.endsWith('.md'))
const texts = files.filter((path) => !/\.(png|hex|lock|json)$/.test(path) && statSync(join(root, path)).isFile())

/** Markdown without its code blocks, in which brackets are not links. */
function prose(page: string): string {
  return page.replace(/^( *)```.*?^\1```$/gms, '')
}

/** The anchors that GitHub gives to headings; a heading that occurs again is numbered. */
function anchorsOf(page: string): string[] {
  const times = new Map<string, number>()
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replace(/\]\([^)]*\)/g, ']')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const before = times.get(anchor) ?? 0
    times.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

interface Link {
  readonly target: string
  readonly anchor: string | undefined
}

function linksOf(page: string): Link[] {
  return [...prose(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    .map(([, target = '', anchor]) => ({ target, anchor }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
}

/** What is wrong with a link of the page at `path`. */
function faultOf(path: string, { target, anchor }: Link): string | undefined {
  const file = target === '' ? path : relative(root, join(root, dirname(path), target))
  if (!existsSync(join(root, file))) {
    return `${target}: no such file`
  }
  return anchor === undefined || anchorsOf(read(file)).includes(anchor)
    ? undefined
    : `${target}#${anchor}: no such heading`
}

describe('links', () => {
  test('there are many, in many pages', () => {
    expect(pages.flatMap((path) => linksOf(read(path))).length).toBeGreaterThan(100)
  })

  test.each(pages)('of %s lead to a file and a heading that exist', (path) => {
    expect(linksOf(read(path)).flatMap((link) => faultOf(path, link) ?? [])).toEqual([])
  })

  test('a file or a heading that does not exist is noticed', () => {
    expect(faultOf('README.md', { target: 'docs/nothing.md', anchor: undefined })).toBe('docs/nothing.md: no such file')
    expect(faultOf('docs/guides/see.md', { target: '../../README.md', anchor: 'nothing' })).toMatch(/no such heading$/)
    expect(faultOf('docs/guides/see.md', { target: '', anchor: 'vxagent-tunnels' })).toBeUndefined()
  })
})

test('sources, scripts and examples name pages of docs that exist', () => {
  const named = texts.flatMap((path) =>
    [...read(path).matchAll(/(?<![\w/.])docs\/[\w/-]+\.md\b/g)].map(([page]) => ({ path, page })),
  )
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter(({ page }) => page !== 'docs/nothing.md' && !existsSync(join(root, page)))).toEqual([])
})

test('the index of docs has every page', () => {
  const linked = linksOf(read('docs/README.md')).map(({ target }) => join('docs', target))
  const missing = pages.filter(
    (path) => path.startsWith('docs/') && path !== 'docs/README.md' && !linked.includes(path),
  )
  expect(missing).toEqual([])
})
