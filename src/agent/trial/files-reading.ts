/** One reading of the desired files: a state, or what is wrong with them. */
import { InvalidDesiredState, type Issue } from '../desired/issue.ts'
import type { ReadLimits } from '../desired/limits.ts'
import { type LoadedDesired, loadDesired } from '../desired/load.ts'
import type { PushedText } from '../desired/pushed-text.ts'

export type FilesReading = LoadedDesired | { readonly issues: readonly Issue[] }

/** Reads a file, or a directory of files, and what was pushed. `before`: of an earlier reading with the same limits, so that the same is not checked twice. */
export async function readFiles(
  path: string,
  limits?: ReadLimits,
  before?: LoadedDesired,
  pushed?: readonly PushedText[],
): Promise<FilesReading> {
  try {
    return await loadDesired([path], undefined, limits, before, pushed)
  } catch (error) {
    if (error instanceof InvalidDesiredState) {
      return { issues: error.issues }
    }
    throw error
  }
}

export function isValid(reading: FilesReading): reading is LoadedDesired {
  return 'state' in reading
}

/** Errors, or the warnings of a valid state. */
export function issuesOf(reading: FilesReading): readonly Issue[] {
  return isValid(reading) ? reading.warnings : reading.issues
}
