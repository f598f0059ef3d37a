/** Writing to standard output and standard error: whole, whatever its size, and without a fuss when the reader has left. */
import { printable } from './printable.ts'

/** A stream to write to: what the commands need of process.stdout. */
export interface Output {
  write(text: string, callback?: (error?: Error | null) => void): boolean
  readonly isTTY?: boolean
  /** Width of the terminal. */
  readonly columns?: number
  /** Its height. */
  readonly rows?: number
  hasColors?(count: number, env: object): boolean
}

/** Where signals come from: process. */
export interface Signals {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

/** The world around a command. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signals: Signals
}

/** Writes the pieces one after the other, each when the one before is gone. Ends early, without an error, when the reader has left. */
export async function write(output: Output, pieces: string | Iterable<string>): Promise<void> {
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) {
    if (!(await writePiece(output, piece))) {
      return
    }
  }
}

/** Writes a line to standard error. */
export function complain(io: Io, line: string): Promise<void> {
  return write(io.stderr, `${line}\n`)
}

/** Writes which command is useful next, if one is. */
export async function hint(io: Io, sentence: string | undefined): Promise<void> {
  if (sentence !== undefined) {
    await write(io.stderr, `hint: ${printable(sentence)}\n`)
  }
}

/** Writes a value as JSON: on one line, as `ip -j` does, and indented on a terminal. */
export function writeJson(output: Output, value: unknown): Promise<void> {
  return write(output, output.isTTY ? indentedJson(value) : compactJson(value))
}

/** The width that a table has to fit; undefined where nothing is cut or wrapped. */
export function widthOf(output: Output): number | undefined {
  // A serial console does not know its width, and says 0.
  return output.isTTY ? output.columns || undefined : undefined
}

/** False when nobody reads any more. */
function writePiece(output: Output, piece: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    output.write(piece, (error) => {
      if (!error) {
        resolve(true)
      } else if (readerHasLeft.has((error as NodeJS.ErrnoException).code ?? '')) {
        resolve(false)
      } else {
        reject(new Error(`cannot write the output: ${error.message}`, { cause: error }))
      }
    })
  })
}

/** EIO: the terminal was closed. The stream is destroyed by the first of these errors, and says so to later writes. */
const readerHasLeft: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/** As many elements of a list as are made into text in one go. */
const batch = 1000

function* compactJson(value: unknown): Generator<string> {
  yield* Array.isArray(value)
    ? listAsJson(value, { open: '[', comma: ',', close: ']' }, JSON.stringify)
    : [JSON.stringify(value)]
  yield '\n'
}

function* indentedJson(value: unknown): Generator<string> {
  const indented = (inner: unknown): string => JSON.stringify(inner, null, 2)
  yield* Array.isArray(value) && value.length > 0
    ? listAsJson(value, { open: '[\n  ', comma: ',\n  ', close: '\n]' }, (element) =>
        indented(element).replaceAll('\n', '\n  '),
      )
    : [indented(value)]
  yield '\n'
}

function* listAsJson(
  list: readonly unknown[],
  { open, comma, close }: { readonly open: string; readonly comma: string; readonly close: string },
  toText: (element: unknown) => string,
): Generator<string> {
  yield open
  for (let start = 0; start < list.length; start += batch) {
    const text = list
      .slice(start, start + batch)
      .map((element) => toText(element))
      .join(comma)
    yield start === 0 ? text : comma + text
  }
  yield close
}
