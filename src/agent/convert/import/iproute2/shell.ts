/** A shell script, a history, or the lines of `ip -batch` → commands of words. Variables, conditions and loops are not followed. */
import type { Place, SourceText } from '../source.ts'

export interface Word {
  readonly text: string
  readonly at: Place
}

/** One command: at least one word. */
export type Command = readonly [Word, ...Word[]]

/** The commands of a script, in their order, without redirections. */
export function parseShell({ file, text }: SourceText): Command[] {
  const commands: Command[] = []
  let words: Word[] = []
  let isTarget = false
  const finish = (): void => {
    const [first, ...rest] = words
    if (first !== undefined) {
      commands.push([first, ...rest])
    }
    words = []
    isTarget = false
  }
  const token =
    /\\\r?\n|[^\S\n]+|\n|#|;|&&|\|\|?|\d?[<>]+(?:&\d)?|&|(?:\\[^\n]|"(?:\\[\s\S]|[^"\\])*"|'[^']*'|\$\([^)\n]*\)|[^\s;&|<>\\"'])+|["'\\]/y
  let [offset, line, lineStart] = [0, 1, 0]
  while (offset < text.length) {
    token.lastIndex = offset
    const raw = token.exec(text)?.[0] ?? (text[offset] as string)
    const at: Place = { file, line, column: offset - lineStart + 1 }
    const isAtBorder = offset === 0 || /[\s;]/.test(text[offset - 1] as string)
    if (raw.startsWith('#') && isAtBorder) {
      const end = text.indexOf('\n', offset)
      offset = end === -1 ? text.length : end
      continue
    }
    if (raw === '\n' || [';', '&&', '||', '|', '&'].includes(raw)) {
      finish()
    } else if (/^\d?[<>]/.test(raw)) {
      // What stands behind is a file, unless it is `2>&1`.
      isTarget = !raw.includes('&')
    } else if (raw.trim() !== '' && !/^\\\r?\n$/.test(raw)) {
      if (!isTarget) {
        words.push({ text: unquoted(raw), at })
      }
      isTarget = false
    }
    for (const character of raw) {
      offset += character.length
      if (character === '\n') {
        line += 1
        lineStart = offset
      }
    }
  }
  finish()
  return commands
}

function unquoted(raw: string): string {
  return raw.replace(/"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'|\\([\s\S])/g, (_, double, single, escaped) =>
    double === undefined ? (single ?? escaped) : double.replace(/\\(["\\$`])/g, '$1'),
  )
}
