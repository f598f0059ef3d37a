/** Which integration tests run on other kernels: all of them, but for the files that scripts/kernels/left-out names with a reason. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A run of vitest: files, and a regular expression for the names of tests if not all are meant.
 * @typedef {{ readonly files: string[], readonly names?: string }} ChosenRun
 */

/** Every test file of vitest's projects `integration`, `random`, `waiting` and `fleet`, as paths from the checkout. Those under a booted systemd are another project. */
export function integrationFiles() {
  return readdirSync('integration', { recursive: true, encoding: 'utf8' })
    .map((path) => join('integration', path))
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('integration/systemd/'))
    .sort()
}

/**
 * The runs of vitest for a choice: the files whose path contains one of its words, with commas between. `WORD~NAME` means only tests of these
 * files whose name matches NAME, a regular expression (with dots for blanks, since the choice is a word of a kernel's command line). All files
 * for an empty choice. Throws when a word chooses none.
 * @param {string} choice
 * @param {string[]} files
 * @returns {ChosenRun[]}
 */
export function chosenRuns(choice, files) {
  const words = choice.split(',').filter(Boolean)
  if (words.length === 0) {
    return [{ files }]
  }
  const chosen = words.map((word) => {
    const [path = '', names] = word.split('~')
    const those = files.filter((file) => file.includes(path))
    if (those.length === 0) {
      throw new Error(`no integration test file has ${path} in its path`)
    }
    return { files: those, names }
  })
  const whole = new Set(chosen.filter(({ names }) => names === undefined).flatMap((each) => each.files))
  const parts = chosen.filter(({ names }) => names !== undefined)
  const inPart = new Set(parts.flatMap((each) => each.files).filter((file) => !whole.has(file)))
  return [{ files: [...whole] }, { files: [...inPart], names: parts.map(({ names }) => names).join('|') }].filter(
    (run) => run.files.length > 0,
  )
}

/**
 * The word that chooses this file and no other, as short as that is: a kernel's command line is.
 * @param {string} file
 */
export function wordFor(file) {
  return file.replace(/^integration/, '').replace(/test\.ts$/, '')
}

/**
 * The files that are left out at this place, each with its reason. Lines are `FILE PLACE REASON`; PLACE is `everywhere`, `user-mode` or `emulator`.
 * @param {string} text
 * @param {string} place
 */
export function leftOut(text, place) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const entries = lines.map((line) => {
    const [, file, where, reason = ''] = /^(\S+) (everywhere|user-mode|emulator) (.+)$/.exec(line) ?? []
    if (file === undefined) {
      throw new Error(`scripts/kernels/left-out: not "FILE PLACE REASON": ${line}`)
    }
    return { file, where, reason }
  })
  const here = entries.filter(({ where }) => where === place || where === 'everywhere')
  return new Map(here.map(({ file, reason }) => [file, reason]))
}
