/** `--watch`: a view shown again and again, in place on a terminal, one after the other elsewhere. */
import type { Command, ExitCode } from './commands/command.ts'
import { errorText } from './error-text.ts'
import { exitCodes } from './exit-codes.ts'
import type { Input } from './input.ts'
import { type Flag, json, type ValueOption, wholeNumber } from './options.ts'
import type { Io, Output } from './output.ts'
import { printable } from './printable.ts'

export const watch: Flag = {
  name: 'watch',
  description: 'show it again and again, in place on a terminal, until Ctrl-C',
}
export const interval: ValueOption<number> = {
  name: 'interval',
  placeholder: 'SECONDS',
  description: 'how often, with --watch',
  fallback: 2,
  read: wholeNumber(1, 86_400),
}

/** What a command that can be watched has besides its own. */
export const watchOptions = [watch, interval]

/** A screen of its own, without a cursor; and back. */
const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'

/** Shows the command's view until a signal ends it. What goes wrong meanwhile is shown in its place. */
export async function watched(run: Command['run'], name: string, input: Input, io: Io): Promise<ExitCode> {
  const seconds = input.value(interval)
  const isTerminal = io.stdout.isTTY === true && !input.has(json)
  const bell = new Bell(io, seconds * 1000)
  if (isTerminal) {
    io.stdout.write(enter)
  }
  try {
    do {
      const text = await render(run, input, io)
      if (isTerminal) {
        io.stdout.write(
          frame(text, `vxagent ${name}, every ${seconds} s, ${new Date().toLocaleTimeString()}`, io.stdout),
        )
      } else {
        io.stdout.write(input.has(json) ? text : `${text}\n`)
      }
    } while (await bell.next())
  } finally {
    bell.close()
    if (isTerminal) {
      io.stdout.write(leave)
    }
  }
  return exitCodes.ok
}

/** What the command says now, or why it cannot. */
async function render(run: Command['run'], input: Input, io: Io): Promise<string> {
  let text = ''
  const collect: Output = {
    // JSON on a line each, and tables as wide as the terminal.
    isTTY: io.stdout.isTTY === true && !input.has(json),
    ...(io.stdout.columns !== undefined && { columns: io.stdout.columns }),
    hasColors: (count, env) => io.stdout.hasColors?.(count, env) ?? false,
    write(piece, callback) {
      text += piece
      callback?.()
      return true
    },
  }
  try {
    await run(input, { ...io, stdout: collect, stderr: input.has(json) ? io.stderr : collect })
  } catch (error) {
    text += input.has(json)
      ? `${JSON.stringify({ error: errorText(error) })}\n`
      : `vxagent: ${printable(errorText(error))}\n`
  }
  return text
}

/** A whole screen: a heading, as much of the text as fits, and how much does not. Every line is cleared to its end, so nothing flickers. */
export function frame(text: string, heading: string, { rows }: Pick<Output, 'rows'>): string {
  const lines = text.replace(/\n$/, '').split('\n')
  // A serial console does not know its height, and says 0.
  const room = Math.max(1, (rows || 24) - 3)
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
  return `\u001b[H${[heading, '', ...shown].map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`
}

/** Rings after each interval, and at once when the terminal changes its size; falls silent at a signal. */
class Bell {
  readonly #io: Io
  readonly #everyMs: number
  #isOver = false
  #ring: () => void = () => {}

  constructor(io: Io, everyMs: number) {
    this.#io = io
    this.#everyMs = everyMs
    io.signals.on('SIGINT', this.#end)
    io.signals.on('SIGTERM', this.#end)
    io.signals.on('SIGWINCH', this.#resize)
  }

  /** False when it is over. */
  async next(): Promise<boolean> {
    if (!this.#isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#everyMs)
        this.#ring = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return !this.#isOver
  }

  close(): void {
    this.#io.signals.off('SIGINT', this.#end)
    this.#io.signals.off('SIGTERM', this.#end)
    this.#io.signals.off('SIGWINCH', this.#resize)
  }

  readonly #resize = (): void => this.#ring()

  readonly #end = (): void => {
    this.#isOver = true
    this.#ring()
  }
}
