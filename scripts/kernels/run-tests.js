/**
 * Runs the integration tests on the kernel under test and appends their outcomes to $VXA_RESULTS: a line that names the kernel, one of
 * what the tests are made of (scripts/kernels/outcomes.js), one for each file that scripts/kernels/left-out leaves out here, and what
 * scripts/reporter.js writes.
 * Usage: node scripts/kernels/run-tests.js user-mode|emulator
 * Environment: VXA_TESTS, which tests, as test-files.js takes them; all unless stated
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { digests } from './outcomes.js'
import { chosenRuns, integrationFiles, leftOut } from './test-files.js'

const [place = ''] = process.argv.slice(2)
const results = process.env['VXA_RESULTS'] ?? ''
/** @param {object} line */
const write = (line) => appendFileSync(results, `${JSON.stringify(line)}\n`)

const iproute2 = /iproute2-([\d.]+)/.exec(execFileSync('ip', ['-V'], { encoding: 'utf8' }))?.[1]
const how = place === 'user-mode' ? ' in user mode' : ''
write({ about: `Linux ${release()}${how}`, tools: `Node.js ${process.version} and iproute2 ${iproute2}` })

write({ sources: digests(integrationFiles()) })

const reasons = leftOut(readFileSync('scripts/kernels/left-out', 'utf8'), place)
const runs = chosenRuns(process.env['VXA_TESTS'] ?? '', integrationFiles())
for (const file of runs.flatMap(({ files }) => files).filter((each) => reasons.has(each))) {
  write({ file, name: 'the whole file', state: 'left out', reason: reasons.get(file) })
  write({ done: file })
}
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'integration',
  '--project',
  'random',
  '--project',
  'waiting',
  '--project',
  'fleet',
  '--reporter=./scripts/reporter.js',
]
for (const { files, names } of runs) {
  const those = files.filter((file) => !reasons.has(file))
  if (those.length > 0) {
    const pattern = names === undefined ? [] : ['--testNamePattern', names]
    const { status } = spawnSync(process.execPath, [...vitest, ...pattern, ...those], { stdio: 'inherit' })
    process.exitCode ||= status ?? 1
  }
}
write({ finished: true })
