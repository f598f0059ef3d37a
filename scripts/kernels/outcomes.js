/**
 * What an `outcomes` file keeps when its kernel is booted again. Each boot begins with the line `{"boot": …}`; scripts/kernels/run-tests.js writes
 * of which sources each test file's outcomes are, and scripts/reporter.js which files ran to their end.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What every integration test may depend on, besides its own file and the tools, whose versions a run writes down. */
const shared = [
  'README.md',
  'examples',
  'integration',
  'package-lock.json',
  'scripts/chaos',
  'src',
  'test',
  'vitest.config.ts',
]

/**
 * A line of such a file. Each says one or two of these.
 * @typedef {object} OutcomeLine
 * @property {string} [about] the kernel
 * @property {string} [tools] their versions
 * @property {string} [boot] a kernel begins
 * @property {string} [kept] what is left of an earlier boot
 * @property {unknown} [finished] a kernel ended by itself
 * @property {unknown} [start] a run of tests begins
 * @property {unknown} [end] it came to its end
 * @property {Readonly<Record<string, string>>} [sources] a digest for each test file
 * @property {string} [done] a test file that ran to its end
 * @property {boolean} [part] of that file only some tests were asked for
 * @property {string} [file] the file of a test
 * @property {string} [name] of a test
 * @property {string} [state] of a test: passed, failed, skipped
 * @property {string} [reason] why it failed or was skipped
 */

/**
 * A digest for each test file of the sources that its outcomes depend on: the product, what the tests have in common, the file itself.
 * @param {readonly string[]} files
 * @returns {Record<string, string>}
 */
export function digests(files) {
  const common = createHash('sha256')
  for (const path of shared.flatMap(filesOf).filter((each) => !each.endsWith('.test.ts'))) {
    common.update(`\0${path}\0`).update(readFileSync(path))
  }
  const start = common.digest('hex')
  /** @param {string} file */
  const digestOf = (file) => createHash('sha256').update(start).update(readFileSync(file)).digest('hex').slice(0, 16)
  return Object.fromEntries(files.map((file) => [file, digestOf(file)]))
}

/**
 * @param {string} path a file, or a folder
 * @returns {string[]}
 */
function filesOf(path) {
  if (statSync(path).isFile()) {
    return [path]
  }
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

/**
 * The lines of such a file; one that was cut off in the middle is left away.
 * @param {string} text
 * @returns {OutcomeLine[]}
 */
export function linesOf(text) {
  return text.split('\n').flatMap((line) => (line.trim().endsWith('}') ? [JSON.parse(line)] : []))
}

/**
 * The lines that still hold: those of files that ran to their end, of the sources as they are now. A boot of which they are begins with
 * `{"kept": …}` then: it says nothing about how it ended.
 * @param {readonly OutcomeLine[]} lines
 * @param {Readonly<Record<string, string>>} current digests of all test files as they are now
 * @param {ReadonlySet<string>} again files that are about to run
 * @returns {OutcomeLine[]}
 */
export function kept(lines, current, again) {
  /** @type {OutcomeLine[][]} */
  const boots = []
  for (const line of lines) {
    if ('boot' in line || 'kept' in line) {
      boots.push([])
    }
    boots.at(-1)?.push(line)
  }
  return boots.flatMap((boot) => {
    /** @type {Partial<OutcomeLine>} */
    const { sources = {} } = boot.find((line) => line.sources !== undefined) ?? {}
    /** @param {string} file */
    const holds = (file) => !again.has(file) && current[file] !== undefined && sources[file] === current[file]
    const files = new Set(boot.flatMap(({ done, part }) => (done !== undefined && !part && holds(done) ? [done] : [])))
    const names = boot.filter((line) => 'about' in line || 'sources' in line)
    const ofThem = boot.filter(({ file, done }) => files.has(file ?? done ?? ''))
    return files.size === 0 ? [] : [{ kept: boot[0]?.boot ?? boot[0]?.kept ?? '' }, ...names, ...ofThem]
  })
}

/**
 * The files whose outcomes are complete in kept lines.
 * @param {readonly OutcomeLine[]} lines
 */
export function doneIn(lines) {
  return new Set(lines.flatMap(({ done }) => (done === undefined ? [] : [done])))
}
