/**
 * Prints what scripts/reporter.js wrote on several kernels, or under several versions of Node.js, as a table: a column each, a row for each test
 * file. Ends with 1 when a test failed, a run was cut off, or a file of the page was not run.
 * Usage: outcomes-table.js [--page FILE --section NAME] DIRECTORY…   each with a file `outcomes`; with --page puts the table there, between
 * `<!-- NAME -->` and `<!-- end of NAME -->`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { linesOf } from './kernels/outcomes.js'
import { integrationFiles } from './kernels/test-files.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string' }, section: { type: 'string' } },
})

/** @typedef {import('./kernels/outcomes.js').OutcomeLine} OutcomeLine */
/** @typedef {OutcomeLine & { file: string, name: string, state: string }} Outcome */
/** @typedef {Map<string, Outcome[]>} Rows */
/** @typedef {{ about: string, tools: readonly string[], rows: Rows, isWhole: boolean, cutOff: ReadonlySet<string> }} Run */

/**
 * What one kernel or version has: its name, the tools, the outcomes by row, whether all that was begun came to its end, and files of which only a
 * part did. What scripts/kernels/outcomes.js kept of earlier boots has neither beginning nor end, only files that are done.
 * @param {string} directory
 * @returns {Run}
 */
function read(directory) {
  const lines = linesOf(readFileSync(join(directory, 'outcomes'), 'utf8'))
  const { about = directory } = lines.find((line) => line.about !== undefined) ?? {}
  const tools = lines.flatMap((line) => line.tools ?? [])
  /** @param {string} key */
  const count = (key) => lines.filter((line) => key in line).length
  const tests = lines.flatMap((line) => (isOutcome(line) ? [line] : []))
  const done = new Set(lines.flatMap((line) => line.done ?? []))
  const begun = count('boot') > 0 ? tests.map(({ file }) => file) : []
  return {
    about,
    tools,
    rows: grouped(tests),
    isWhole: tests.length > 0 && count('start') === count('end') && count('boot') === count('finished'),
    cutOff: new Set(begun.filter((file) => !done.has(file))),
  }
}

/**
 * @param {OutcomeLine} line
 * @returns {line is Outcome}
 */
function isOutcome(line) {
  return line.file !== undefined && line.name !== undefined && line.state !== undefined
}

/**
 * The unit tests are one row.
 * @param {Outcome} outcome
 */
function rowOf({ file }) {
  return file.startsWith('test/') ? 'unit tests' : file
}

/**
 * Node.js 20 has no Map.groupBy.
 * @param {readonly Outcome[]} tests
 */
function grouped(tests) {
  /** @type {Rows} */
  const rows = new Map()
  for (const test of tests) {
    rows.set(rowOf(test), [...(rows.get(rowOf(test)) ?? []), test])
  }
  return rows
}

/**
 * @param {readonly Outcome[]} tests
 * @param {boolean} isCutOff
 */
function cell(tests = [], isCutOff = false) {
  /** @param {string} state */
  const count = (state) => tests.filter((test) => test.state === state).length
  return (
    [
      count('failed') > 0 && `**${count('failed')} failed**`,
      count('passed') > 0 && `${count('passed')} passed`,
      count('skipped') > 0 && `${count('skipped')} skipped`,
      count('left out') > 0 && 'left out',
      isCutOff && '**cut off**',
    ]
      .filter(Boolean)
      .join(', ') || 'not run'
  )
}

/**
 * Failed and skipped tests and files left out, each with the first line of what it said and where: the reason that it gives, or its error.
 * @param {readonly Run[]} runs
 */
function notes(runs) {
  /** @type {Map<string, string[]>} */
  const places = new Map()
  for (const { about, rows, isWhole } of runs) {
    for (const { file, name, state, reason } of [...rows.values()].flat()) {
      const why = (reason || 'no reason given').split('\n')[0]
      if (state === 'left out') {
        note(places, `${file} is left out: ${why}`, about)
      } else if (state === 'failed' || (state === 'skipped' && !file.startsWith('test/'))) {
        note(places, `${file}, “${name}”: ${state === 'failed' ? '**failed**: ' : ''}${why}`, about)
      }
    }
    if (!isWhole) {
      note(places, rows.size === 0 ? '**not run**' : '**cut off**', about)
    }
  }
  return [...places].sort().map(([text, abouts]) => `- ${text} (${abouts.join(', ')})`)
}

/**
 * @param {Map<string, string[]>} places
 * @param {string} text
 * @param {string} about
 */
function note(places, text, about) {
  places.set(text, [...(places.get(text) ?? []), about])
}

/** @param {readonly string[]} cells */
function line(cells) {
  return `| ${cells.join(' | ')} |`
}

const runs = positionals.map(read)
// On the page each integration test file has its row beside the kernels, run or not.
const known = ['kernels', 'emulated'].includes(values.section ?? '') ? integrationFiles() : []
const names = [...new Set([...known, ...runs.flatMap(({ rows }) => [...rows.keys()])])].sort()
const told = notes(runs)
const table = [
  line(['', ...runs.map(({ about }) => about)]),
  line(['---', ...runs.map(() => '---')]),
  ...names.map((name) => line([name, ...runs.map(({ rows, cutOff }) => cell(rows.get(name), cutOff.has(name)))])),
  ...(told.length > 0 ? ['', ...told] : []),
].join('\n')
process.stdout.write(`${table}\n`)

if (values.page !== undefined) {
  const [start, end] = [`<!-- ${values.section} -->\n`, `<!-- end of ${values.section} -->`]
  const text = readFileSync(values.page, 'utf8')
  const [before, after] = [text.indexOf(start) + start.length, text.indexOf(end)]
  const tools = [...new Set(runs.flatMap((run) => run.tools))]
  const when = `Run on ${new Date().toISOString().slice(0, 10)}${tools.length === 0 ? '' : `, with ${tools.join('; ')}`}.`
  writeFileSync(values.page, `${text.slice(0, before)}\n${when}\n\n${table}\n\n${text.slice(after)}`)
}
const isFine = runs.every(
  ({ rows, isWhole }) =>
    isWhole &&
    known.every((name) => rows.has(name)) &&
    [...rows.values()].flat().every(({ state }) => state !== 'failed'),
)
process.exitCode = isFine ? 0 : 1
