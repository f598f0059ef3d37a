/** VyOS text → words, braces and ends of lines, with their places. */
import type { Place, SourceText } from '../source.ts'

export type TokenKind = 'word' | '{' | '}' | 'end of line' | 'end of file' | 'fault'

export interface Token {
  readonly kind: TokenKind
  /** A word without its quotes; of a fault, what is wrong. */
  readonly text: string
  readonly at: Place
}

export interface WordSyntax {
  /** Whether braces are tokens of their own, and `/* … *\/` a comment. */
  readonly hasBlocks: boolean
  /** What begins a comment that ends with the line. */
  readonly lineComments: readonly string[]
}

/** Tokens of one file. Never throws: a quote or a comment without its end is a token of the kind `fault`. */
export function* tokenize({ file, text }: SourceText, { hasBlocks, lineComments }: WordSyntax): Generator<Token> {
  const bareWord = hasBlocks ? /[^\s{}"']+/y : /[^\s"']+/y
  let [offset, line, lineStart] = [0, 1, 0]
  const place = (): Place => ({ file, line, column: offset - lineStart + 1 })
  /** Moves on, over line feeds too. */
  const advance = (end: number): void => {
    for (; offset < end; offset++) {
      if (text[offset] === '\n') {
        line += 1
        lineStart = offset + 1
      }
    }
  }
  let isLineStart = true
  while (offset < text.length) {
    const character = text[offset] as string
    const at = place()
    if (character === '\n') {
      advance(offset + 1)
      yield { kind: 'end of line', text: '', at }
      isLineStart = true
    } else if (/\s/.test(character)) {
      advance(offset + 1)
    } else if (isLineStart && lineComments.some((mark) => text.startsWith(mark, offset))) {
      const end = text.indexOf('\n', offset)
      advance(end === -1 ? text.length : end)
    } else if (hasBlocks && text.startsWith('/*', offset)) {
      const end = text.indexOf('*/', offset + 2)
      advance(end === -1 ? text.length : end + 2)
      if (end === -1) {
        yield { kind: 'fault', text: 'this comment has no end: */', at }
      }
    } else if (hasBlocks && (character === '{' || character === '}')) {
      advance(offset + 1)
      yield { kind: character, text: character, at }
      isLineStart = false
    } else {
      isLineStart = false
      yield readWord(at)
    }
  }
  yield { kind: 'end of file', text: '', at: place() }

  /** A run of bare and quoted parts, as a shell joins them. */
  function readWord(at: Place): Token {
    let word = ''
    for (;;) {
      const quote = text[offset]
      if (quote === '"' || quote === "'") {
        const quoted = readQuoted(text, offset, quote)
        if (quoted === undefined) {
          advance(text.length)
          return { kind: 'fault', text: `this ${quote} has no counterpart`, at }
        }
        word += quoted.text
        advance(quoted.end)
        continue
      }
      bareWord.lastIndex = offset
      const [bare] = bareWord.exec(text) ?? []
      if (bare === undefined) {
        return { kind: 'word', text: word, at }
      }
      word += bare
      advance(offset + bare.length)
    }
  }
}

/** What stands between quotes, and where the text goes on. Between double quotes a backslash escapes a quote or itself. */
function readQuoted(text: string, start: number, quote: string): { text: string; end: number } | undefined {
  let inner = ''
  for (let offset = start + 1; offset < text.length; offset++) {
    const character = text[offset] as string
    if (character === quote) {
      return { text: inner, end: offset + 1 }
    }
    const next = text[offset + 1]
    if (quote === '"' && character === '\\' && (next === '"' || next === '\\')) {
      inner += next
      offset += 1
    } else {
      inner += character
    }
  }
  return undefined
}
