/** Paths → the files to read, and a file → its text. Nothing in a directory can make it hang, or take all memory. */
import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { lstat, open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { IssueCode } from './issue.ts'

/** The largest file that is read. A thousand links take 200 KB; 100,000 forwarding entries with every option, each on a line, 22 MB. */
export const largestFile = 32 * 1024 * 1024

export interface FileText {
  readonly file: string
  readonly text: string
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
 */
export async function listFiles(paths: readonly string[]): Promise<readonly (string | ReadFault)[]> {
  // By absolute path: a file that is given twice, or beside its directory, is still one file.
  const found = new Map<string, string | ReadFault>()
  for (const path of paths) {
    try {
      const files = (await stat(path)).isDirectory() ? (await namesIn(path)).map((name) => join(path, name)) : [path]
      for (const file of files) {
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

/** Not hidden ones, which include the editors' own: `.#x.yaml` of Emacs, `.x.yaml.swp` of Vim. `x.yaml~` has another ending. */
function isRead(name: string): boolean {
  return /^[^.].*\.(yaml|yml|json)$/su.test(name)
}

/** What messages call standard input. */
const standardInputName = 'stdin'

/** The text of standard input, or why there is none. */
export async function readStandardInput(input: Readable): Promise<FileText | { fault: ReadFault }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    size += chunk.length
    if (size > largestFile) {
      break
    }
  }
  const refused = refuseSize(standardInputName, size)
  return refused === undefined ? decode(standardInputName, Buffer.concat(chunks)) : { fault: refused }
}

/** The text of `file`, or why there is none. Undefined when the file has gone since it was listed. */
export async function readSource(file: string): Promise<FileText | { fault: ReadFault } | undefined> {
  let bytes: Buffer | ReadFault
  try {
    bytes = await readRegularFile(file)
  } catch (error) {
    return isAbsence(error) && !(await exists(file)) ? undefined : { fault: faultOf(file, error) }
  }
  return Buffer.isBuffer(bytes) ? decode(file, bytes) : { fault: bytes }
}

async function readRegularFile(file: string): Promise<Buffer | ReadFault> {
  // To open a device may already do something, and a FIFO blocks; so look first, and do not block should it change meanwhile.
  const refused = refuseKind(file, await stat(file))
  if (refused !== undefined) {
    return refused
  }
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    return refuseKind(file, await handle.stat()) ?? (await handle.readFile())
  } finally {
    await handle.close()
  }
}

function refuseKind(file: string, found: { isFile(): boolean; size: number }): ReadFault | undefined {
  if (!found.isFile()) {
    const suggestion = 'give it another name, or move it out of the desired-state directory'
    return fault(file, 'not-a-file', 'is no regular file', suggestion)
  }
  return refuseSize(file, found.size)
}

function refuseSize(file: string, size: number): ReadFault | undefined {
  if (size === 0) {
    // Writers that do not rename truncate first: taken for a state without links, that would delete them all for a moment.
    const suggestion = 'if it is to declare nothing, write `vxlans: {}` into it, or remove it'
    return fault(file, 'empty-file', 'is empty, as a file is that is still being written', suggestion)
  }
  return size > largestFile
    ? fault(file, 'too-large', `has ${size} bytes or more; no more than ${largestFile} are read`, 'split it')
    : undefined
}

function decode(file: string, bytes: Buffer): FileText | { fault: ReadFault } {
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) {
    return { file, text }
  }
  const { line, column, byte } = firstInvalid(bytes, text)
  const message = `is not UTF-8: the byte 0x${byte.toString(16).padStart(2, '0')} belongs to no character`
  return { fault: { ...fault(file, 'not-utf8', message, 'save the file as UTF-8'), line, column } }
}

/** Where `text`, decoded from `bytes`, has a replacement character that stands for bytes that are none. */
function firstInvalid(bytes: Buffer, text: string): { line: number; column: number; byte: number } {
  let [offset, line, column] = [0, 1, 1]
  for (const character of text) {
    if (character === '\ufffd' && !bytes.subarray(offset, offset + 3).equals(Buffer.from(character))) {
      break
    }
    offset += Buffer.byteLength(character)
    ;[line, column] = character === '\n' ? [line + 1, 1] : [line, column + character.length]
  }
  return { line, column, byte: bytes[offset] ?? 0 }
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
