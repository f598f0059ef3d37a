/** A long file, written whole or not at all as `writeFileAtomically` does, and piece by piece. */
import { closeSync, constants, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { asOwnerOf } from './as-owner.ts'
import { openToWrite } from './files.ts'
import { Slice } from './slices.ts'

/**
 * Puts the text that `pieces` make together at `path`. Each piece is made when it is its turn, and the event loop turns between them;
 * without a pause when it is short. It outlives a crash of the process, not a power cut. Must not be called again for the same path
 * before it is done. Rejects with the path in the message; what was there stays then.
 * @param mode permission bits
 */
export async function writeInSlices(path: string, pieces: Iterable<string>, mode: number): Promise<void> {
  const temporary = `${path}.new`
  const asOwner = <T>(work: () => T): T => asOwnerOf(dirname(path), work)
  const slice = new Slice()
  try {
    const file = asOwner(() => {
      rmSync(temporary, { force: true })
      return openToWrite(temporary, constants.O_WRONLY | constants.O_EXCL, mode)
    })
    try {
      for (const piece of pieces) {
        // Not writeSync: on a full disk that writes a part and reports success.
        writeFileSync(file, piece)
        if (slice.isOver) {
          await slice.pause()
        }
      }
    } finally {
      closeSync(file)
    }
    asOwner(() => renameSync(temporary, path))
  } catch (error) {
    throw new Error(`cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
