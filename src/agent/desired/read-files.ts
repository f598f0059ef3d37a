/** Paths → the texts of the files that they stand for. */
import { createHash } from 'node:crypto'
import { mostFiles, smallBytes, smallFiles } from './limits.ts'
import type { ReadFiles } from './merge-files.ts'
import { type PushedText, pushedFileText } from './pushed-text.ts'
import { type FileText, listFiles, type ReadFault, readSource, textOfStandardInput } from './read.ts'

/** What is to be read. */
export interface ToRead {
  readonly paths: readonly string[]
  /** Of standard input, which the path `-` then stands for. */
  readonly input?: Buffer | undefined
  /** What operators of the fleet pushed to this host; it is read after the files. */
  readonly pushed?: readonly PushedText[] | undefined
}

/** Everything that `paths` stand for, and what was pushed. */
export async function readAll({ paths, input, pushed = [] }: ToRead, fileBytes: number): Promise<ReadFiles> {
  const read: (FileText | { fault: ReadFault })[] = input === undefined ? [] : [textOfStandardInput(input, fileBytes)]
  for (const file of await listFiles(pathsOf({ paths, input }), mostFiles)) {
    const source = typeof file === 'string' ? await readSource(file, fileBytes) : { fault: file }
    if (source !== undefined) {
      read.push(source)
    }
  }
  return [...read, ...pushed.map(pushedFileText)]
}

/** The same for little; undefined when there is more than the thread that asks should spend its time on. */
export async function readIfSmall(
  { paths, input, pushed = [] }: ToRead,
  fileBytes: number,
): Promise<ReadFiles | undefined> {
  const given = (input?.length ?? 0) + pushed.reduce((sum, { text }) => sum + text.length, 0)
  let room = Math.min(smallBytes, fileBytes) - given
  if (room < 0) {
    return undefined
  }
  const read: (FileText | { fault: ReadFault })[] = input === undefined ? [] : [textOfStandardInput(input, fileBytes)]
  const files = await listFiles(pathsOf({ paths, input }), smallFiles)
  if (files.length > smallFiles) {
    return undefined
  }
  for (const file of files) {
    const source = typeof file === 'string' ? await readSource(file, room) : { fault: file }
    if (source !== undefined && 'fault' in source && tooMuch.has(source.fault.code)) {
      return undefined
    }
    if (source !== undefined) {
      read.push(source)
      room -= 'text' in source ? source.text.length : 0
    }
  }
  return [...read, ...pushed.map(pushedFileText)]
}

/**
 * SHA-256, in hex, of names and texts: files with the same hash say the same, with the same warnings at the same places. Undefined when
 * one of them could not be read.
 */
export function hashOfTexts(read: ReadFiles): string | undefined {
  const hash = createHash('sha256')
  for (const each of read) {
    if ('fault' in each) {
      return undefined
    }
    hash.update(JSON.stringify([each.file, each.text.length, each.fleet])).update(each.text)
  }
  return hash.digest('hex')
}

const tooMuch: ReadonlySet<string> = new Set(['too-large', 'too-many-files'])

function pathsOf({ paths, input }: ToRead): readonly string[] {
  return paths.filter((path) => path !== '-' || input === undefined)
}
