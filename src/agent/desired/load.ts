/** Reads desired-state files: little in this thread, more than that in one of its own, so that this one goes on meanwhile. */
import type { Readable } from 'node:stream'
import { limitsFor, type ReadLimits } from './limits.ts'
import { findLoadWorker, loadInWorker } from './load-in-worker.ts'
import type { LoadedDesired } from './merge-files.ts'
import type { PushedText } from './pushed-text.ts'
import { readStream } from './read.ts'
import { readAll, readIfSmall } from './read-files.ts'

export type { LoadedDesired, Position } from './merge-files.ts'

/**
 * Reads files, and directories of files, and merges them by link name. Throws InvalidDesiredState with the errors and warnings when
 * there is an error in any. With `standardInput`, the path `-` stands for that. `before`, which was loaded with the same limits, is given
 * again when many files or large ones have not changed since. `pushed` counts on a host whose section of the fleet accepts it.
 */
export async function loadDesired(
  paths: readonly string[],
  standardInput?: Readable,
  limits: ReadLimits = limitsFor(),
  before?: LoadedDesired,
  pushed: readonly PushedText[] = [],
): Promise<LoadedDesired> {
  const input =
    standardInput !== undefined && paths.includes('-') ? await readStream(standardInput, limits.fileBytes) : undefined
  const small = await readIfSmall({ paths, input, pushed }, limits.fileBytes)
  // Run from its sources, as unit tests do, the worker has no file of its own that a thread could begin with.
  const worker = small === undefined ? findLoadWorker() : undefined
  if (worker !== undefined) {
    return loadInWorker(worker, { paths, input, pushed, limits }, { before })
  }
  // Only where the work is done: the schema, and what reads YAML, take 50 ms to load.
  const { mergeFiles } = await import('./merge-files.ts')
  return mergeFiles(small ?? (await readAll({ paths, input, pushed }, limits.fileBytes)), limits)
}
