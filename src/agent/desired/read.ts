/** Paths → the files to read, and a file → its text. Nothing in a directory can make it hang, or take all memory. */
import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { IssueCode } from './issue.ts'
import { largestFileMb, mostFiles } from './limits.ts'

export interface FileText {
  readonly file: string
  readonly text: string
  /** The fleet whose operators pushed it; undefined: it is a file of this host. */
  readonly fleet?: string
}

/** Why a path could not be read. `line` and `column` are 1 unless there is a place in the file to name. */
export interface ReadFault {
  readonly file: string
  readonly code: IssueCode
  readonly message: string
  readonly suggestion?: string
  readonly line: number
  readonly column: number
}

/**
 * The desired-state files that `paths` stand for, in order: files as they are, of directories the `*.yaml`, `*.yml` and `*.json`
 * in them by name. In the place of a path that leads nowhere, why.
 * @param most files that a directory may have
 */
export async function listFiles(paths: readonly string[], most = mostFiles): Promise<readonly (string | ReadFault)[]> {
  // By absolute path: a file that is given twice, or beside its directory, is still one file.
  const found = new Map<string, string | ReadFault>()
  for (const path of paths) {
    try {
      const names = (await stat(path)).isDirectory() ? await namesIn(path) : undefined
      if (names !== undefined && names.length > most) {
        found.set(resolve(path), tooManyFiles(path, names.length, most))
        continue
      }
      for (const file of names?.map((name) => join(path, name)) ?? [path]) {
        found.set(resolve(file), found.get(resolve(file)) ?? file)
      }
    } catch (error) {
      found.set(resolve(path), faultOf(path, error))
    }
  }
  return [...found.values()]
}

/** What lies in directories among `paths` and is not read, by name. */
export async function listPassedOver(paths: readonly string[]): Promise<readonly string[]> {
  const names = await Promise.all(paths.map((path) => readdir(path).catch((): string[] => [])))
  return names.flatMap((each) => each.filter((name) => !isRead(name)).sort())
}

async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory)
  return names.filter(isRead).sort()
}

function tooManyFiles(path: string, count: number, most: number): ReadFault {
  const message = `has ${count} desired-state files; no more than ${most} are read`
  return fault(path, 'too-many-files', message, 'put several links into one file')
}

/** Not hidden ones, which include the editors' own: `.#x.yaml` of Emacs, `.x.yaml.swp` of Vim. `x.yaml~` has another ending. */
function isRead(name: string): boolean {
  return /^[^.].*\.(yaml|yml|json)$/su.test(name)
}

/** What messages call standard input. */
const standardInputName = 'stdin'

/** The bytes of a stream: all, or more than `most`. */
export async function readStream(input: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    size += chunk.length
    if (size > most) {
      break
    }
  }
  return Buffer.concat(chunks)
}

/** The text of standard input, or why there is none. */
export function textOfStandardInput(bytes: Buffer, most: number): FileText | { fault: ReadFault } {
  const refused = refuseSize(standardInputName, bytes.length, most)
  return refused === undefined ? decode(standardInputName, bytes) : { fault: refused }
}

/**
 * The text of `file`, or why there is none. Undefined when the file has gone since it was listed.
 * @param most bytes that it may have
 */
export async function readSource(file: string, most: number): Promise<FileText | { fault: ReadFault } | undefined> {
  let bytes: Buffer | ReadFault
  try {
    bytes = await readRegularFile(file, most)
  } catch (error) {
    return isAbsence(error) && !(await exists(file)) ? undefined : { fault: faultOf(file, error) }
  }
  return Buffer.isBuffer(bytes) ? decode(file, bytes) : { fault: bytes }
}

async function readRegularFile(file: string, most: number): Promise<Buffer | ReadFault> {
  // To open a device may already do something, and a FIFO blocks; so look first, and do not block should it change meanwhile.
  const refused = refuseKind(file, await stat(file), most)
  if (refused !== undefined) {
    return refused
  }
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const found = await handle.stat()
    const unfit = refuseKind(file, found, most)
    if (unfit !== undefined) {
      return unfit
    }
    const bytes = await readAtMost(handle, found.size, most)
    return refuseSize(file, bytes.length, most) ?? bytes
  } finally {
    await handle.close()
  }
}

/** All of an open file, or one byte more than `most`: it may grow as fast as it is read. `size` is what it had when it was looked at. */
async function readAtMost(handle: FileHandle, size: number, most: number): Promise<Buffer> {
  // A byte more, to see the end of a file that does not grow.
  let buffer = Buffer.allocUnsafe(Math.min(size, most) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
    length += bytesRead
    if (bytesRead === 0 || length > most) {
      return buffer.subarray(0, length)
    }
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(length * 2, most + 1))
      buffer.copy(larger)
      buffer = larger
    }
  }
}

function refuseKind(file: string, found: { isFile(): boolean; size: number }, most: number): ReadFault | undefined {
  if (!found.isFile()) {
    const suggestion = 'give it another name, or move it out of the desired-state directory'
    return fault(file, 'not-a-file', 'is no regular file', suggestion)
  }
  return refuseSize(file, found.size, most)
}

function refuseSize(file: string, size: number, most: number): ReadFault | undefined {
  if (size === 0) {
    // Writers that do not rename truncate first: taken for a state without links, that would delete them all for a moment.
    const suggestion = 'if it is to declare nothing, write `vxlans: {}` into it, or remove it'
    return fault(file, 'empty-file', 'is empty, as a file is that is still being written', suggestion)
  }
  if (size <= most) {
    return undefined
  }
  const mebibytes = Math.floor(most / 1024 / 1024)
  const suggestion =
    mebibytes < largestFileMb ? `split it, or state a larger --max-file-size than ${mebibytes} (MiB)` : 'split it'
  return fault(file, 'too-large', `has ${size} bytes or more; no more than ${most} are read`, suggestion)
}

function decode(file: string, bytes: Buffer): FileText | { fault: ReadFault } {
  if (isUtf8(bytes)) {
    return { file, text: bytes.toString('utf8') }
  }
  const { line, column, byte } = firstInvalid(bytes)
  const message = `is not UTF-8: the byte 0x${byte.toString(16).padStart(2, '0')} belongs to no character`
  return { fault: { ...fault(file, 'not-utf8', message, 'save the file as UTF-8'), line, column } }
}

/** Bytes that are looked at one by one. */
const finely = 4096

/** Where the first bytes are that are no character. */
function firstInvalid(bytes: Buffer): { line: number; column: number; byte: number } {
  let good = 0
  for (
    let end = nextCharacter(bytes, finely);
    isUtf8(bytes.subarray(good, end));
    end = nextCharacter(bytes, good + finely)
  ) {
    good = end
  }
  for (
    let length = lengthAt(bytes, good);
    isUtf8(bytes.subarray(good, good + length));
    length = lengthAt(bytes, good)
  ) {
    good += length
  }
  const before = bytes.subarray(0, good)
  let line = 1
  for (let end = before.indexOf(0x0a); end >= 0; end = before.indexOf(0x0a, end + 1)) {
    line += 1
  }
  const column = before.toString('utf8', before.lastIndexOf(0x0a) + 1).length + 1
  return { line, column, byte: bytes[good] ?? 0 }
}

/** How many bytes the character has that begins at `at`. Source: RFC 3629 §3. */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
}

/** The first place from `at` on that does not continue a character. */
function nextCharacter(bytes: Buffer, at: number): number {
  let place = at
  while (place < bytes.length && ((bytes[place] ?? 0) & 0xc0) === 0x80) {
    place += 1
  }
  return Math.min(place, bytes.length)
}

function faultOf(file: string, error: unknown): ReadFault {
  if (isAbsence(error)) {
    return fault(file, 'missing-path', 'does not exist', 'create it, or name another path with --desired')
  }
  // Without the system call and the path, which is named already.
  const reason = error instanceof Error ? error.message.replace(/, \w+( '.*')?$/s, '') : String(error)
  const suggestion =
    'let the user that vxagent runs as read it (chmod a+r), and pass through the directories above it (chmod a+x)'
  return fault(file, 'unreadable', `cannot be read: ${reason}`, suggestion)
}

function fault(file: string, code: IssueCode, message: string, suggestion: string): ReadFault {
  return { file, code, message: `${file} ${message}`, suggestion, line: 1, column: 1 }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Whether there is something of this name, be it a symbolic link to nothing. */
async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  )
}
