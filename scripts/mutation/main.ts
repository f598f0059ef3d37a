/** `npm run mutation`: changes the source in one place after the other, and says which changes no unit test notices. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { Random } from '../chaos/random.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { type Reach, updateReach } from './reach.ts'
import { describeMutant, type Result, summary } from './report.ts'
import { TestProcess } from './test-process.ts'
import { TypeCheck } from './type-check.ts'

const usage = `usage: npm run mutation -- [PATH[:LINE]...] [--count N] [--seed S] [--workers W] [--longest SECONDS]

Makes one change after the other in the source below PATH (default: ${['src/agent/reconcile/plan', 'src/agent/reconcile/apply', 'src/agent/reconcile/loop', 'src/rtnetlink'].join(' ')}) and runs the unit tests
that reach it, the source's own first, until one fails. The files on the disk stay as they are. Prints the changes that no test
noticed, and the score; both also go to build/mutation/last.txt.

  --count N          only N changes, chosen at random (default: all of them, which takes hours)
  --seed S           chooses others (default: 1)
  --workers W        processes at a time (default: 1)
  --tests PATH       only test files below that folder, which may be given several times (default: test)
  --longest SECONDS  leaves out test files that take longer than that (default: 30)

The first run finds out which test file reaches which function, with all unit tests; later ones do so for files that have changed.
`

const defaults = ['src/agent/reconcile/plan', 'src/agent/reconcile/apply', 'src/agent/reconcile/loop', 'src/rtnetlink']
/** On a busy machine a test file takes several times as long. */
const slowest = { times: 3, moreMs: 90_000 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true, default: ['test'] },
    longest: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit(0)
}

const processes: TestProcess[] = []
process.once('exit', () => {
  for (const each of processes) {
    each.close()
  }
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1))
}

const all = (positionals.length === 0 ? defaults : positionals).flatMap(mutantsBelow)
const chosen = values.count === undefined ? all : sample(all, Number(values.count), Number(values.seed))
process.stdout.write(`${chosen.length} of ${all.length} changes, seed ${values.seed}\n`)
const reach = await updateReach(
  values.tests.flatMap((path) => filesBelow(path, '.test.ts')),
  async (order) => {
    process.stdout.write(`recording what ${order.files.length} test files reach\n`)
    const recording = new TestProcess()
    processes.push(recording)
    const answer = await recording.run(order, 24 * 3_600_000)
    recording.close()
    if (answer === undefined || answer.failed.length > 0) {
      process.stdout.write(`failed without any change: ${answer?.failed.join(' ')}\n`)
      process.exit(1)
    }
  },
)
const types = new TypeCheck('build/mutation/types')
const results = await inTurns(chosen, Number(values.workers), (mutant, runner) => tried(mutant, runner, reach))
const report = summary(results, { all: all.length, seed: Number(values.seed) })
process.stdout.write(`\n${report}`)
mkdirSync('build/mutation', { recursive: true })
writeFileSync('build/mutation/last.txt', report)
process.exit(0)

type PlacedMutant = Mutant & { readonly path: string }

function mutantsBelow(place: string): PlacedMutant[] {
  const [path = '', line] = place.split(':')
  return filesBelow(path, '.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return mutantsOf(text)
      .filter(({ start }) => line === undefined || text.slice(0, start).split('\n').length === Number(line))
      .map((mutant) => ({ ...mutant, path: file }))
  })
}

function filesBelow(path: string, end: string): string[] {
  const files = statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true }).map((name) => join(path, `${name}`))
  return files.filter((file) => file.endsWith(end)).toSorted()
}

/** Some of them, in their order. */
function sample<T>(list: readonly T[], count: number, seed: number): T[] {
  const random = new Random(seed)
  const left = list.map((_, at) => at)
  const picked = new Set<number>()
  while (picked.size < Math.min(count, list.length)) {
    picked.add(left.splice(random.below(left.length), 1)[0] as number)
  }
  return list.filter((_, at) => picked.has(at))
}

async function inTurns(
  mutants: readonly PlacedMutant[],
  workers: number,
  work: (mutant: PlacedMutant, runner: TestProcess) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = [...mutants]
  await Promise.all(
    Array.from({ length: workers }, async () => {
      const runner = new TestProcess()
      processes.push(runner)
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const result = await work(mutant, runner)
        results.push(result)
        process.stdout.write(`${results.length}/${mutants.length} ${describeMutant(result)}\n`)
      }
      runner.close()
    }),
  )
  return results
}

async function tried(mutant: PlacedMutant, runner: TestProcess, reach: Reach): Promise<Result> {
  const files = reach.testsOf(mutant.path, mutant.within, Number(values.longest) * 1000)
  const refuses = (): boolean => types.refuses(mutant.path, mutant)
  const refused = { mutant, end: 'refused by the compiler' } as const
  // It mostly refuses these, and is quicker than all tests.
  const isAskedFirst = mutant.kind === 'property' || files.length === 0
  if (isAskedFirst && refuses()) {
    return refused
  }
  if (files.length === 0) {
    return { mutant, end: 'reached by no test' }
  }
  const answer = await runner.run({ files, mutant }, reach.msOf(files) * slowest.times + slowest.moreMs)
  if (answer === undefined) {
    return { mutant, end: 'never ends' }
  }
  const [by] = answer.failed
  if (by !== undefined) {
    return { mutant, end: 'noticed', by }
  }
  return !isAskedFirst && refuses() ? refused : { mutant, end: 'survived' }
}
