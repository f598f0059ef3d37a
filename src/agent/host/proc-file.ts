/** Files below /proc, of which a kernel or a sandbox may lack some. */
import { readFileSync } from 'node:fs'

/** Its text; undefined where there is no such file, or it may not be read. Throws Node's error otherwise. */
export function readIfReadable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES') {
      return undefined
    }
    throw error
  }
}
