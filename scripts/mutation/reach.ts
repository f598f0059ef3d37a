/** The record of which test file reaches which function, kept between runs and brought up to date where a file has changed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RecordOrder } from './order.ts'
import { placeName } from './reached.ts'

/** What setup.ts writes of a test file. */
interface Recorded {
  readonly path: string
  /** What it took. */
  readonly ms: number
  readonly reached: readonly string[]
}

const folder = 'build/mutation'
const records = join(folder, 'reached')
/** A hash for each file, of when it was recorded. */
const hashesPath = join(folder, 'hashes.json')

/** Brings it up to date. Changes in test/support are not seen: delete build/mutation after one that matters. */
export async function updateReach(
  tests: readonly string[],
  run: (order: RecordOrder) => Promise<void>,
): Promise<Reach> {
  mkdirSync(records, { recursive: true })
  const before: Readonly<Record<string, string>> = existsSync(hashesPath)
    ? JSON.parse(readFileSync(hashesPath, 'utf8'))
    : {}
  const isSame = (path: string): boolean => existsSync(path) && before[path] === hashOf(path)
  const current = read().filter(({ path, reached }) => isSame(path) && modulesIn(reached).every(isSame))
  for (const { path, file } of readFiles()) {
    if (!current.some((each) => each.path === path)) {
      rmSync(join(records, file))
    }
  }
  const known = new Set(current.map(({ path }) => path))
  const missing = tests.filter((path) => !known.has(path))
  if (missing.length > 0) {
    await run({ files: missing, record: records })
  }
  const now = read()
  const paths = new Set(now.flatMap(({ path, reached }) => [path, ...modulesIn(reached)]))
  writeFileSync(hashesPath, JSON.stringify(Object.fromEntries([...paths].map((path) => [path, hashOf(path)]))))
  return new Reach(now.filter(({ path }) => tests.includes(path)))
}

/** Who notices a change. */
export class Reach {
  readonly #records: readonly Recorded[]

  constructor(records: readonly Recorded[]) {
    this.#records = records
  }

  /**
   * Test files that reach a function, or load the module where none is named: the source's own first, then those of its folder, of each
   * the quick ones first.
   * @param longestMs slower ones are left out
   */
  testsOf(path: string, within: number | undefined, longestMs: number): string[] {
    const place = placeName(path, within)
    const own = path.replace(/^src\//, 'test/').replace(/\.ts$/, '')
    const distance = (record: Recorded): number =>
      isOwn(record, own) ? 0 : dirname(record.path) === dirname(own) ? 1 : 2
    return this.#records
      .filter(({ ms, reached }) => ms <= longestMs && reached.includes(place))
      .toSorted((one, other) => distance(one) - distance(other) || one.ms - other.ms)
      .map((record) => record.path)
  }

  /** What these test files took when they were recorded. */
  msOf(tests: readonly string[]): number {
    return this.#records.filter(({ path }) => tests.includes(path)).reduce((sum, { ms }) => sum + ms, 0)
  }
}

/** `test/x/y.test.ts`, or `test/x/y-more.test.ts`. */
function isOwn({ path }: Recorded, own: string): boolean {
  return path === `${own}.test.ts` || (path.startsWith(`${own}-`) && path.endsWith('.test.ts'))
}

function readFiles(): (Recorded & { readonly file: string })[] {
  return readdirSync(records).map((file) => ({ ...JSON.parse(readFileSync(join(records, file), 'utf8')), file }))
}

function read(): readonly Recorded[] {
  return readFiles()
}

/** A module is recorded without a place in it. */
function modulesIn(reached: readonly string[]): string[] {
  return reached.filter((place) => place.endsWith('.ts'))
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
}
