/** What a piece of work does to the files of a directory, step by step, and in which order. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { relative } from 'node:path'

/**
 * Does `work` and gives its steps: `write`, `sync`, `rename` and `remove`, each with its path below `directory` (empty for the directory
 * itself). @param steps to which they are added, for the caller to add steps of its own
 */
export async function fileSteps(
  directory: string,
  work: () => void | Promise<void>,
  steps: string[] = [],
): Promise<readonly string[]> {
  const { openSync, writeFileSync, fsyncSync, renameSync, rmSync } = fs
  const opened = new Map<number, string>()
  const note = (step: string, file: unknown): void => {
    const path = typeof file === 'number' ? (opened.get(file) ?? '/') : String(file)
    const place = relative(directory, path)
    if (!place.startsWith('..')) {
      steps.push(`${step} ${place}`.trim())
    }
  }
  Object.assign(fs, {
    openSync: (...values: Parameters<typeof openSync>) => {
      const file = openSync(...values)
      opened.set(file, String(values[0]))
      return file
    },
    writeFileSync: (...values: Parameters<typeof writeFileSync>) => {
      note('write', values[0])
      writeFileSync(...values)
    },
    fsyncSync: (...values: Parameters<typeof fsyncSync>) => {
      note('sync', values[0])
      fsyncSync(...values)
    },
    renameSync: (...values: Parameters<typeof renameSync>) => {
      note('rename', values[1])
      renameSync(...values)
    },
    rmSync: (...values: Parameters<typeof rmSync>) => {
      if (fs.existsSync(values[0])) {
        note('remove', values[0])
      }
      rmSync(...values)
    },
  })
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    Object.assign(fs, { openSync, writeFileSync, fsyncSync, renameSync, rmSync })
    syncBuiltinESMExports()
  }
  return steps
}
