/** The files that an import is asked to read. Unlike desired-state files they may be pipes, such as `<(ssh router …)`. */
import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { ReadLimits } from '../../desired/limits.ts'
import { readStream } from '../../desired/read.ts'
import { ImportError, type SourceText } from './source.ts'

/** What messages call standard input. */
const standardInput = 'stdin'

/** The text of each; `-` is standard input. Throws ImportError for one that is not text, and an Error for one that cannot be read. */
export async function readSourceTexts(
  paths: readonly string[],
  { fileBytes }: Pick<ReadLimits, 'fileBytes'>,
): Promise<SourceText[]> {
  const sources: SourceText[] = []
  for (const path of paths) {
    const file = path === '-' ? standardInput : path
    const bytes = path === '-' ? await readStream(process.stdin, fileBytes) : await readBytes(path, fileBytes)
    const fault =
      bytes.length > fileBytes
        ? `has more than the ${fileBytes} bytes that are read; state a larger --max-file-size`
        : 'is not UTF-8'
    if (bytes.length > fileBytes || !isUtf8(bytes)) {
      throw new ImportError([{ file, line: 1, column: 1, message: `${file} ${fault}` }])
    }
    sources.push({ file, text: bytes.toString('utf8') })
  }
  return sources
}

/** All of a file, or a byte more than `most`. */
async function readBytes(path: string, most: number): Promise<Buffer> {
  try {
    return await readStream(createReadStream(path), most)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what =
      code === 'EISDIR'
        ? `it is a directory; name the files in it, such as ${join(path, '*')}`
        : (error as Error).message
    throw new Error(`cannot read ${path}: ${what}`, { cause: error })
  }
}
