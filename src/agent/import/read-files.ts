/** The files that an import is asked to read. Unlike desired-state files they may be pipes, such as `<(ssh router …)`. */
import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { buffer } from 'node:stream/consumers'
import { largestFile } from '../desired/read.ts'
import { ImportError, type SourceText } from './source.ts'

/** What messages call standard input. */
const standardInput = 'stdin'

/** The text of each; `-` is standard input. Throws ImportError for one that is not text, and an Error for one that cannot be read. */
export async function readSourceTexts(paths: readonly string[]): Promise<SourceText[]> {
  const sources: SourceText[] = []
  for (const path of paths) {
    const file = path === '-' ? standardInput : path
    const bytes = path === '-' ? await buffer(process.stdin) : await readBytes(path)
    const fault = bytes.length > largestFile ? `has more than the ${largestFile} bytes that are read` : 'is not UTF-8'
    if (bytes.length > largestFile || !isUtf8(bytes)) {
      throw new ImportError([{ file, line: 1, column: 1, message: `${file} ${fault}` }])
    }
    sources.push({ file, text: bytes.toString('utf8') })
  }
  return sources
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what =
      code === 'EISDIR'
        ? `it is a directory; name the files in it, such as ${join(path, '*')}`
        : (error as Error).message
    throw new Error(`cannot read ${path}: ${what}`, { cause: error })
  }
}
