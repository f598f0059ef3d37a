/**
 * Prints what scripts/reporter.js wrote on several kernels, or under several versions of Node.js, as a table: a column each, a row for each test
 * file. Ends with 1 when a test failed or a run was cut off.
 * Usage: outcomes-table.js [--page FILE --section NAME] DIRECTORY…   each with a file `outcomes`; with --page puts the table there, between
 * `<!-- NAME -->` and `<!-- end of NAME -->`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { integrationFiles } from './kernels/test-files.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string' }, section: { type: 'string' } },
})

/** @typedef {{ file: string, name: string, state: string, reason?: string }} Outcome */
/** @typedef {Map<string, Outcome[]>} Rows */
/** @typedef {{ about: string, tools: string | undefined, rows: Rows, isWhole: boolean }} Run */

/**
 * One run: what it ran on, the outcomes by row, and whether it came to its end.
 * @param {string} directory
 * @returns {Run}
 */
function read(directory) {
  const text = readFileSync(join(directory, 'outcomes'), 'utf8')
  const lines = text.split('\n').flatMap((line) => (line.trim().endsWith('}') ? [JSON.parse(line)] : []))
  const { about = directory } = lines.find((line) => line.about !== undefined) ?? {}
  const tools = lines.find((line) => line.tools !== undefined)?.tools
  const [starts = 0, ends = 0] = ['start', 'end'].map((key) => lines.filter((line) => key in line).length)
  const tests = lines.filter(({ name }) => name !== undefined)
  return { about, tools, rows: grouped(tests), isWhole: starts > 0 && starts === ends }
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

/** @param {readonly Outcome[] | undefined} tests */
function cell(tests = []) {
  /** @param {string} state */
  const count = (state) => tests.filter((test) => test.state === state).length
  return (
    [
      count('failed') > 0 && `**${count('failed')} failed**`,
      count('passed') > 0 && `${count('passed')} passed`,
      count('skipped') > 0 && `${count('skipped')} skipped`,
      count('left out') > 0 && 'left out',
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
      note(places, '**cut off**', about)
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
  ...names.map((name) => line([name, ...runs.map(({ rows }) => cell(rows.get(name)))])),
  ...(told.length > 0 ? ['', ...told] : []),
].join('\n')
process.stdout.write(`${table}\n`)

if (values.page !== undefined) {
  const [start, end] = [`<!-- ${values.section} -->\n`, `<!-- end of ${values.section} -->`]
  const text = readFileSync(values.page, 'utf8')
  const [before, after] = [text.indexOf(start) + start.length, text.indexOf(end)]
  const when = `Run on ${new Date().toISOString().slice(0, 10)}${runs[0]?.tools === undefined ? '' : `, with ${runs[0].tools}`}.`
  writeFileSync(values.page, `${text.slice(0, before)}\n${when}\n\n${table}\n\n${text.slice(after)}`)
}
const isFine = runs.every(
  ({ rows, isWhole }) => isWhole && [...rows.values()].flat().every(({ state }) => state !== 'failed'),
)
process.exitCode = isFine ? 0 : 1
