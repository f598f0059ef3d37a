import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chosenRuns, integrationFiles, leftOut, wordFor } from '../../../scripts/kernels/test-files.js'

const files = ['integration/peers/vyos.test.ts', 'integration/repair.test.ts', 'integration/story.test.ts']
const [vyos, repair, story] = files

describe('a choice of tests', () => {
  test.each([
    { name: 'all files unless stated', choice: '', runs: [{ files }] },
    { name: 'files by parts of their paths', choice: 'story,peers/', runs: [{ files: [story, vyos] }] },
    {
      name: 'some tests of a file beside whole files',
      choice: 'repair,vyos~VNI.filter,story~ping',
      runs: [{ files: [repair] }, { files: [vyos, story], names: 'VNI.filter|ping' }],
    },
    { name: 'a whole file, though part of it is named too', choice: 'vyos~VNI,vyos', runs: [{ files: [vyos] }] },
  ])('$name', ({ choice, runs }) => {
    expect(chosenRuns(choice, files)).toEqual(runs)
  })

  test.each(integrationFiles())('the word for a file chooses it and no other: %s', (file) => {
    expect(chosenRuns(wordFor(file), integrationFiles())).toEqual([{ files: [file] }])
  })

  test('a word that chooses nothing is an error', () => {
    expect(() => chosenRuns('story,stroy', files)).toThrow('no integration test file has stroy in its path')
  })
})

describe('files that are left out', () => {
  const text = '# words\na.test.ts everywhere the first reason\nb.test.ts emulator the second\n'

  test('count at their place', () => {
    expect(leftOut(text, 'user-mode')).toEqual(new Map([['a.test.ts', 'the first reason']]))
    expect(leftOut(text, 'emulator').get('b.test.ts')).toBe('the second')
  })

  test('need a place and a reason', () => {
    expect(() => leftOut('a.test.ts everywhere\n', 'emulator')).toThrow('not "FILE PLACE REASON": a.test.ts everywhere')
  })

  test.each(['user-mode', 'emulator'])('are test files that exist: %s', (place) => {
    const named = leftOut(readFileSync('scripts/kernels/left-out', 'utf8'), place)
    expect(integrationFiles()).toEqual(expect.arrayContaining([...named.keys()]))
  })
})
