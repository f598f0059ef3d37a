/** `npm run chaos`: runs seeds, and says which held. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChaosOptions, chaos, readOperations } from './run.ts'

const usage = `usage: npm run chaos -- [--seed N] [--seconds S] [--rate R] [--checks C] [--runs K] [--replay FILE [--first M]]

Starts the daemon in a network namespace of its own, makes random changes there for S seconds (default 60), R a second (default: 5 to
50, changing), and compares what is left with a fresh vxagent apply: at the end, or with --checks C times, evenly spread, until there is a
fault. Without --seed one is chosen. --runs: so many seeds, from N on. --replay: the operations of a log, of these the first M. Logs are
written to build/chaos/. Needs root, and a build (npm run build).
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string' },
    checks: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    replay: { type: 'string' },
    first: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit(0)
}
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const replay =
  values.replay === undefined
    ? undefined
    : readOperations(values.replay).slice(0, values.first === undefined ? undefined : Number(values.first))

const undo: (() => unknown)[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp().finally(() => process.exit(1))
  })
}
let failed = 0
for (let seed = firstSeed; seed < firstSeed + Number(values.runs); seed += 1) {
  const logPath = join('build/chaos', `${seed}${replay === undefined ? '' : '-replay'}.log`)
  const options: ChaosOptions = {
    seed,
    seconds: Number(values.seconds),
    checks: Number(values.checks),
    logPath,
    ...(values.rate !== undefined && { rate: Number(values.rate) }),
    ...(replay !== undefined && { replay }),
  }
  failed += (await one(options)) ? 0 : 1
}
process.exitCode = failed === 0 ? 0 : 1

async function one(options: ChaosOptions): Promise<boolean> {
  try {
    process.stdout.write(`seed ${options.seed}: ${options.logPath}\n`)
    const { faults, performed, succeeded, convergedAfterMs, peakMemory } = await chaos(options, (each) =>
      undo.push(each),
    )
    const figures = `${performed} changes (${succeeded} done), converged after ${convergedAfterMs} ms, ${peakMemory} MB`
    process.stdout.write(`seed ${options.seed}: ${faults.length === 0 ? 'held' : 'DID NOT HOLD'}: ${figures}\n`)
    for (const fault of faults) {
      process.stdout.write(`  ${fault}\n`)
    }
    return faults.length === 0
  } finally {
    await cleanUp()
  }
}

async function cleanUp(): Promise<void> {
  for (const each of undo.splice(0).toReversed()) {
    await each()
  }
}
