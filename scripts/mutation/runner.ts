/**
 * A process that runs unit tests again and again, each time with another change of the source. The source is changed as it is loaded; no
 * file is. So what a test starts as a program of its own is not changed. A process apart, since a change may make a test run for ever.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import process from 'node:process'
import { BaseSequencer, createVitest, type Reporter, type TestSpecification, type Vitest } from 'vitest/node'
import { applyMutant } from './mutants.ts'
import { type Answer, type Order, type RecordOrder, recordVariable } from './order.ts'
import { withRecord } from './reached.ts'

let order: Order | RecordOrder
let vitest: Vitest | undefined
/** Test files that failed in this run. vitest's own result has those of earlier runs in it too. */
let failed: string[] = []

const noteFailures: Reporter = {
  onTestModuleEnd(module) {
    if (!module.ok()) {
      failed.push(relative('.', module.moduleId))
    }
  },
}

/** In the order in which they were named. */
class AsNamed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => order.files.indexOf(relative('.', moduleId))
    return files.toSorted((one, other) => place(one) - place(other))
  }
}

/** The source as it is to be loaded; undefined where it stays as it is. */
function changed(path: string, text: string): string | undefined {
  if ('record' in order) {
    return path.startsWith('src/') && path.endsWith('.ts') ? withRecord(path, text) : undefined
  }
  // Not the text that vite has: the places are those of the file.
  return path === order.mutant.path ? applyMutant(readFileSync(path, 'utf8'), order.mutant) : undefined
}

async function open(isRecording: boolean): Promise<Vitest> {
  const plugin = {
    name: 'mutation',
    enforce: 'pre' as const,
    transform(text: string, id: string) {
      const code = changed(relative('.', id.replace(/\?.*$/, '')), text)
      return code === undefined ? undefined : { code, map: null }
    },
  }
  const opened = await createVitest(
    'test',
    {
      config: false,
      root: '.',
      watch: false,
      include: ['test/**/*.test.ts'],
      setupFiles: ['test/support/fixed-seed.ts', ...(isRecording ? ['scripts/mutation/setup.ts'] : [])],
      // A busy machine must not be taken for a change that was noticed.
      testTimeout: 60_000,
      maxWorkers: 1,
      bail: isRecording ? 0 : 1,
      reporters: isRecording ? ['dot', noteFailures] : [noteFailures],
      sequence: { sequencer: AsNamed },
    },
    { plugins: [plugin] },
  )
  await opened.standalone()
  return opened
}

async function run(): Promise<Answer> {
  vitest ??= await open('record' in order)
  if (!('record' in order)) {
    vitest.invalidateFile(resolve(order.mutant.path))
  }
  const specifications = order.files.flatMap((file) => vitest?.getModuleSpecifications(resolve(file)) ?? [])
  failed = []
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications)
  if (!('record' in order)) {
    vitest.invalidateFile(resolve(order.mutant.path))
  }
  return { failed: unhandledErrors.length > 0 && failed.length === 0 ? ['an error outside of tests'] : failed }
}

process.on('message', async (message: Order | RecordOrder) => {
  order = message
  if ('record' in order) {
    process.env[recordVariable] = resolve(order.record)
  }
  process.send?.(await run())
})
