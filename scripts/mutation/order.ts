/** What `npm run mutation` asks of the process that runs the tests, and what that answers. */
import type { Mutant } from './mutants.ts'

export interface Order {
  /** Test files, relative to the repository's root, in the order in which they are run. The first failure ends the run. */
  readonly files: readonly string[]
  /** The change to be made meanwhile. */
  readonly mutant: Pick<Mutant, 'start' | 'end' | 'replacement' | 'kind'> & { readonly path: string }
}

/** For the process that records what each test file reaches, instead of making changes: where to. Runs `files`, all at once. */
export interface RecordOrder {
  readonly files: readonly string[]
  readonly record: string
}

/** Test files with a failure. */
export interface Answer {
  readonly failed: readonly string[]
}

/** The folder of a record, for setup.ts. */
export const recordVariable = 'VXA_MUTATION_RECORD'
