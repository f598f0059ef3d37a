/**
 * Drops from DIRECTORY/outcomes what no longer holds, and prints which tests are to run there now, as run-tests.js takes them; nothing if none are.
 * Usage: node scripts/kernels/choose.js DIRECTORY all|left|none [CHOICE]
 *   all   every test of the choice
 *   left  of the choice those whose outcomes are not there yet
 *   none  nothing runs
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digests, doneIn, kept, linesOf } from './outcomes.js'
import { chosenRuns, integrationFiles, wordFor } from './test-files.js'

const [directory = '', which = 'all', choice = ''] = process.argv.slice(2)
const path = join(directory, 'outcomes')
const lines = existsSync(path) ? linesOf(readFileSync(path, 'utf8')) : []
const files = integrationFiles()
const current = digests(files)
const chosen = which === 'none' ? [] : chosenRuns(choice, files)
const whole = chosen.flatMap((run) => (run.names === undefined ? run.files : []))
const parts = choice.split(',').filter((word) => word.includes('~') && which !== 'none')

const done = which === 'left' ? doneIn(kept(lines, current, new Set())) : new Set()
const toRun = whole.filter((file) => !done.has(file))
const left = kept(lines, current, new Set(toRun))
writeFileSync(path, left.map((line) => `${JSON.stringify(line)}\n`).join(''))
process.stdout.write(`${[...toRun.map(wordFor), ...parts].join(',')}\n`)
