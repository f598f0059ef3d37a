/** Files of the state and run directories: written whole or not at all, read with a check. */
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { asOwnerOf } from './as-owner.ts'

/** How a file is written. */
export interface WriteOptions {
  /** Permission bits. */
  readonly mode: number
  /** Whether it must outlive a power cut, for which the write waits for the disk. A crash of the process it outlives anyway. */
  readonly isDurable: boolean
}

/**
 * Puts `content` at `path` so that a reader or a crash sees the old content or the new one, never a part. What is left over
 * from a crash is overwritten by the next write. Throws with the path in the message.
 */
export function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  { mode, isDurable }: WriteOptions,
): void {
  const temporary = `${path}.new`
  try {
    asOwnerOf(dirname(path), () => {
      rmSync(temporary, { force: true })
      const file = openToWrite(temporary, constants.O_WRONLY | constants.O_EXCL, mode)
      try {
        // Not writeSync: on a full disk that writes a part and reports success.
        writeFileSync(file, content)
        if (isDurable) {
          fsyncSync(file)
        }
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
      if (isDurable) {
        syncDirectory(dirname(path))
      }
    })
  } catch (error) {
    throw new Error(`cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Opens a file, and makes it where it is missing, with these permission bits whatever the umask. A symbolic link in its place is
 * refused. Throws Node's error.
 * @param flags O_RDWR and the like
 */
export function openToWrite(path: string, flags: number, mode: number): number {
  return asOwnerOf(dirname(path), () => {
    const file = openSync(path, flags | constants.O_CREAT | constants.O_NOFOLLOW, mode)
    const present = fstatSync(file)
    if (present.size === 0 && present.isFile() && (present.mode & 0o777) !== mode) {
      fchmodSync(file, mode)
    }
    return file
  })
}

/** No file that vxagent writes is larger, in bytes: larger ones are refused before they are read. */
export const largestStateFile = 256 * 1024 * 1024

/**
 * A file's text; undefined when there is no such file. Throws Node's error, and when it is none that we have written: a link, a pipe,
 * or one that is too large.
 */
export function readTextFile(path: string): string | undefined {
  return asOwnerOf(dirname(path), () => {
    let file: number
    try {
      file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined
      }
      throw error
    }
    try {
      const kind = fstatSync(file)
      if (!(kind.isFile() || kind.isDirectory())) {
        throw new Error('it is no regular file')
      }
      if (kind.size > largestStateFile) {
        throw new Error(`it is larger than ${largestStateFile / 1024 / 1024} MiB, which no file of vxagent's is`)
      }
      return readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  })
}

/**
 * Takes a file away; `isDurable`: so that no power cut brings it back. It need not be there. Throws with the path in the message.
 */
export function removeFile(path: string, { isDurable }: Pick<WriteOptions, 'isDurable'>): void {
  try {
    asOwnerOf(dirname(path), () => {
      rmSync(path, { force: true })
      if (isDurable) {
        syncDirectory(dirname(path))
      }
    })
  } catch (error) {
    throw new Error(`cannot remove ${path}: ${(error as Error).message}`, { cause: error })
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/**
 * Makes a directory, and its parent if need be. Throws Node's error when it cannot, or when something else is there. Not
 * `recursive` of mkdirSync: below /proc that never comes back (Node 20).
 */
export function makeDirectory(path: string, mode: number): void {
  try {
    makeOne(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isThere = code === 'EEXIST' && statSync(path).isDirectory()
    if (code === 'ENOENT' && !existsSync(dirname(path))) {
      makeOne(dirname(path), 0o755)
      makeOne(path, mode)
    } else if (!isThere) {
      throw error
    }
  }
}

function makeOne(path: string, mode: number): void {
  asOwnerOf(dirname(path), () => mkdirSync(path, { mode }))
}

/** A file is there and can be read, but is not what it should be. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile'
}

const permissionCodes = ['EACCES', 'EPERM']

/** Why a file cannot be read, in a sentence that names it and says what to do. */
export function unreadable(path: string, error: unknown, remedy: string): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const isForbidden = code !== undefined && permissionCodes.includes(code)
  const advice = isForbidden ? 'run the command as root, or as the user who runs the daemon' : remedy
  return new Error(`cannot read ${path}: ${oneLine(message)}; ${advice}`, { cause: error })
}

/** How many of a file's faults a message names. */
const mostIssues = 3

/**
 * A JSON file's content, checked; undefined when there is no such file. Throws with the path and what to do in the message.
 * @param remedy what to do about a damaged one
 * @param verify throws when the text is not what was written
 */
export function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  remedy = 'restore it, or delete it if nothing that vxagent made is to be kept',
  verify: (text: string) => void = () => {},
): T | undefined {
  let text: string | undefined
  try {
    text = readTextFile(path)
  } catch (error) {
    throw unreadable(path, error, remedy)
  }
  if (text === undefined) {
    return undefined
  }
  try {
    const content = JSON.parse(text)
    verify(text)
    return schema.parse(content)
  } catch (error) {
    // Without the cause, which a log would append: it may be as long as the file, and as broken.
    throw new DamagedFile(`${path} is damaged (${reasonOf(error)}); ${remedy}`)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) {
    return oneLine((error as Error).message)
  }
  const { issues } = error
  const named = issues.slice(0, mostIssues).map(({ path, message }) => {
    const place = path.length === 0 ? '' : `${path.join('.')}: `
    return oneLine(`${place}${message.replace(/^Invalid input: (.*), received undefined$/, 'missing, $1')}`)
  })
  const more = issues.length > mostIssues ? ` and ${issues.length - mostIssues} more` : ''
  return `${named.join('; ')}${more}`
}

/** As much of a message is shown. */
const longestReason = 200

/** Without what a damaged file may bring into a message: line breaks, control characters, and no end. */
function oneLine(text: string): string {
  const plain = text.slice(0, longestReason).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
  return text.length > longestReason ? `${plain}…` : plain
}
