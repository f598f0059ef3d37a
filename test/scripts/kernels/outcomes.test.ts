import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digests, doneIn, kept, linesOf } from '../../../scripts/kernels/outcomes.js'
import { integrationFiles, wordFor } from '../../../scripts/kernels/test-files.js'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const passed = (file: string, name = 'one') => ({ file, name, state: 'passed', reason: '' })
const about = { about: 'Linux 6.1', tools: 'Node.js v20' }
const sources = { sources: { 'a.test.ts': '1', 'b.test.ts': '1' } }
const when = '2026-11-30T14:00:00Z'
const boot = [{ boot: when }, about, sources, { start: 0 }]

/** A boot in which one file ran to its end, and the kernel stopped within another. */
const stopped = [...boot, passed('a.test.ts'), { done: 'a.test.ts' }, passed('b.test.ts')]

describe('what is kept of earlier boots', () => {
  test('is the outcomes of files that ran to their end', () => {
    const lines = kept(stopped, { 'a.test.ts': '1', 'b.test.ts': '1' }, new Set())
    expect(lines).toEqual([{ kept: when }, about, sources, passed('a.test.ts'), { done: 'a.test.ts' }])
    expect(doneIn(lines)).toEqual(new Set(['a.test.ts']))
  })

  test('is a failed test as well as others: nothing is tried until it passes', () => {
    const failed = { ...passed('a.test.ts'), state: 'failed' }
    const lines = kept([...boot, failed, { done: 'a.test.ts' }], { 'a.test.ts': '1' }, new Set())
    expect(lines).toContainEqual(failed)
  })

  test.each([
    { name: 'of sources that have changed', current: { 'a.test.ts': '2' }, lines: stopped },
    { name: 'of a file that is gone', current: {}, lines: stopped },
    { name: 'of a file that is to run again', current: { 'a.test.ts': '1' }, again: ['a.test.ts'], lines: stopped },
    {
      name: 'of only some of its tests',
      current: { 'a.test.ts': '1' },
      lines: [...boot, passed('a.test.ts'), { done: 'a.test.ts', part: true }],
    },
    {
      name: 'of which nobody wrote down the sources',
      current: { 'a.test.ts': '1' },
      lines: [{ boot: '2026' }, passed('a.test.ts'), { done: 'a.test.ts' }],
    },
  ])('is nothing $name', ({ current, again = [], lines }) => {
    expect(kept(lines, current, new Set(again))).toEqual([])
  })

  test('can be kept again after the next boot', () => {
    const current = { 'a.test.ts': '1', 'b.test.ts': '1' }
    const first = kept(stopped, current, new Set(['b.test.ts']))
    const second = [...first, ...boot, passed('b.test.ts'), { done: 'b.test.ts' }]
    expect(doneIn(kept(second, current, new Set()))).toEqual(new Set(['a.test.ts', 'b.test.ts']))
  })
})

test('a line that was cut off in the middle is left away', () => {
  expect(linesOf('{"boot":"2026"}\r\n{"file":"a.te')).toEqual([{ boot: '2026' }])
})

describe('the digest of a test file', () => {
  /** A small checkout, as the present directory is one. */
  function checkout(): { change(path: string): void; digest(): string } {
    const own = process.cwd()
    const directory = temporaryDirectory()
    for (const path of ['README.md', 'package-lock.json', 'vitest.config.ts']) {
      cpSync(path, join(directory, path))
    }
    for (const path of ['examples', 'integration/support', 'scripts/chaos', 'src', 'test']) {
      mkdirSync(join(directory, path), { recursive: true })
    }
    process.chdir(directory)
    onTestFinished(() => process.chdir(own))
    writeFileSync('integration/a.test.ts', '')
    writeFileSync('integration/b.test.ts', '')
    return {
      change: (path) => writeFileSync(path, 'changed'),
      digest: () => digests(['integration/a.test.ts'])['integration/a.test.ts'] ?? '',
    }
  }

  test.each([
    { path: 'src/new.ts', is: 'another' },
    { path: 'integration/support/new.ts', is: 'another' },
    { path: 'integration/a.test.ts', is: 'another' },
    { path: 'README.md', is: 'another' },
    { path: 'integration/b.test.ts', is: 'the same' },
  ])('is $is when $path changes', ({ path, is }) => {
    const { change, digest } = checkout()
    const before = digest()
    change(path)
    expect(digest() === before ? 'the same' : 'another').toBe(is)
  })

  test('is there for each file', () => {
    const files = integrationFiles()
    const all = digests(files)
    expect(Object.keys(all)).toEqual(files)
    expect(new Set(Object.values(all)).size).toBe(files.length)
  })
})

describe('what is chosen to run', () => {
  const story = 'integration/story.test.ts'
  const repair = 'integration/repair.test.ts'

  function chosen(lines: readonly object[], ...args: readonly string[]): { words: string; outcomes: object[] } {
    const directory = temporaryDirectory()
    const path = join(directory, 'outcomes')
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const words = execFileSync(process.execPath, ['scripts/kernels/choose.js', directory, ...args], {
      encoding: 'utf8',
    })
    return { words: words.trim(), outcomes: linesOf(readFileSync(path, 'utf8')) }
  }

  const storyIsDone = [{ boot: when }, about, { sources: digests([story]) }, passed(story), { done: story }]

  test('is what was asked for, and its outcomes go', () => {
    expect(chosen(storyIsDone, 'all', 'story,repair')).toEqual({ words: '/story.,/repair.', outcomes: [] })
  })

  test('is what is left, and parts of files in any case', () => {
    const { words, outcomes } = chosen(storyIsDone, 'left', 'story,repair,vyos~filter')
    expect(words).toBe('/repair.,vyos~filter')
    expect(outcomes).toContainEqual(passed(story))
  })

  test('is all that is left when nothing is named', () => {
    const { words } = chosen(storyIsDone, 'left')
    const files = integrationFiles().filter((file) => file !== story)
    expect(words.split(',')).toHaveLength(files.length)
    expect(words).toContain(wordFor(repair))
    // A kernel in the emulator takes a command line of 2048 characters.
    expect(words.length).toBeLessThan(1500)
  })

  test('is nothing where all of it is done, or nothing is to run', () => {
    expect(chosen(storyIsDone, 'left', 'story').words).toBe('')
    expect(chosen(storyIsDone, 'none')).toMatchObject({
      words: '',
      outcomes: [{ kept: when }, ...storyIsDone.slice(1)],
    })
  })
})
