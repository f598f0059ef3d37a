/** A page of docs whose marked blocks a test types: commands after a prompt with what they show, and files. */
import { expect } from 'vitest'

/** A command after a prompt, and the lines that the page shows of its output. */
export interface Typed {
  readonly host: string
  readonly command: string
  readonly shown: readonly string[]
}

/** The commands of a block: `host1# COMMAND`, each with the lines below it. */
export function typed(text: string): Typed[] {
  return text
    .split(/^(?=host\d# )/m)
    .filter((part) => part !== '')
    .map((part) => {
      const [first = '', ...shown] = part.split('\n')
      const [host = '', command = ''] = first.split(/# (.*)/)
      return { host, command, shown }
    })
}

/** What differs on each run, made alike; blanks and empty lines do not count. */
export type Alike = (line: string) => string

function lines(texts: readonly string[], alike: Alike): string[] {
  return texts.map((line) => alike(line).replace(/\s+/g, ' ').trim()).filter((line) => line !== '')
}

/** Expects the lines that are shown, one after the other; `…` stands for any others. */
export function expectShown({ command, shown }: Typed, output: string, alike: Alike): void {
  const wanted = lines(shown, alike)
  let rest = lines(output.split('\n'), alike)
  wanted.forEach((line, index) => {
    if (line === '…') {
      return
    }
    const at = wanted[index - 1] === '…' ? rest.indexOf(line) : 0
    expect(rest[at], `${command}\n${output}`).toBe(line)
    rest = rest.slice(at + 1)
  })
  if (wanted.at(-1) !== '…') {
    expect(rest, `${command}\n${output}`).toEqual([])
  }
}
