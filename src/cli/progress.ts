/** Long work told of on a terminal: one line in place, what is being done and for how long, gone before anything else is written. */
import type { Io, Output } from './output.ts'

/** Work that is over sooner is not told of, in milliseconds. */
const patienceMs = 500
const everyMs = 1000

const clearLine = '\r\u001b[2K'

/**
 * Calls `work` with a world in which writing takes the line away first. Nothing is told where standard error is no terminal.
 * @param what what is being done: `applying`
 */
export async function withProgress<T>(io: Io, what: string, work: (io: Io) => Promise<T>): Promise<T> {
  if (!io.stderr.isTTY) {
    return work(io)
  }
  const began = performance.now()
  let isShown = false
  let isOver = false
  const clear = (): void => {
    if (isShown) {
      isShown = false
      io.stderr.write(clearLine)
    }
  }
  const show = (): void => {
    isShown = true
    io.stderr.write(`${clearLine}${what}: ${Math.floor((performance.now() - began) / 1000)} s`)
  }
  // What has begun to say something needs no other sign of life.
  const end = (): void => {
    isOver = true
    clearInterval(timer)
    clear()
  }
  let timer: NodeJS.Timeout = setTimeout(() => {
    show()
    timer = setInterval(show, everyMs)
  }, patienceMs)
  const quietly = (output: Output): Output => ({
    ...pick(output),
    write(text, callback) {
      if (!isOver) {
        end()
      }
      return output.write(text, callback)
    },
  })
  try {
    return await work({ ...io, stdout: quietly(io.stdout), stderr: quietly(io.stderr) })
  } finally {
    end()
  }
}

/** A line in place on a terminal, for what changes while it lasts; nothing elsewhere. */
export function statusLine({ stderr }: Pick<Io, 'stderr'>): { show(text: string): void; clear(): void } {
  if (!stderr.isTTY) {
    return { show: () => {}, clear: () => {} }
  }
  return {
    show: (text) => {
      // One that is wrapped could not be taken away again.
      const width = (stderr.columns || 80) - 1
      stderr.write(`${clearLine}${text.length > width ? `${text.slice(0, width - 1)}…` : text}`)
    },
    clear: () => {
      stderr.write(clearLine)
    },
  }
}

/** What a stream says of itself; a stream's own properties are not enumerable. */
function pick(output: Output): Omit<Output, 'write'> {
  const { isTTY, columns, rows } = output
  return {
    ...(isTTY !== undefined && { isTTY }),
    ...(columns !== undefined && { columns }),
    ...(rows !== undefined && { rows }),
    hasColors: (count, env) => output.hasColors?.(count, env) ?? false,
  }
}
