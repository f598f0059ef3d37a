/** Goes through the text of a JSON file, value by value: without a tree, and with the place of everything. */
import { shortened } from './issue.ts'
import { deepest, mostIssuesOfFile, mostKeys } from './limits.ts'
import type { SourceFault } from './plain-data.ts'
import type { Span } from './span.ts'
import { tooManyKeys } from './too-many-keys.ts'

/** By the offset at which a long list begins, where it ends and where its entries begin. */
export type LongLists = Map<number, { readonly end: number; readonly entries: readonly number[] }>

/** Lists with as many entries are remembered, so that each is gone through once. */
const leastRemembered = 64

/** The first thing in the text that is no JSON. */
export class Unreadable extends Error {
  constructor(readonly fault: SourceFault) {
    super(fault.message)
  }
}

const [quote, backslash, comma, colon] = ['"', '\\', ',', ':'].map((character) => character.charCodeAt(0))
const [openBrace, closeBrace, openBracket, closeBracket] = ['{', '}', '[', ']'].map((each) => each.charCodeAt(0))
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none within a text
const plainText = /[^"\\\u0000-\u001f]+/y
const escapes = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Where a value begins, and the key that it stands under. */
interface Member {
  readonly value: number
  readonly key?: Span
}

/** Goes through the text from its beginning. */
export class Reader {
  readonly duplicates: SourceFault[] = []
  /** Keys that stand twice, too, and are only counted. */
  omitted = 0
  readonly #text: string
  readonly #mostValues: number
  readonly #longLists: LongLists
  #values = 0
  readonly #members = new Map<number, ReadonlyMap<string | number, Member>>()
  #at = 0

  constructor(text: string, mostValues: number, longLists: LongLists) {
    this.#text = text
    this.#mostValues = mostValues
    this.#longLists = longLists
    this.#skipSpace()
  }

  rewind(): void {
    this.#at = 0
    this.#skipSpace()
  }

  readDocument(): void {
    this.#skipValue(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) {
      this.#refuse('nothing may follow the one value of a JSON file')
    }
  }

  spanOfValue(): Span {
    const start = this.#at
    this.#skipValue(0)
    const end = this.#at
    this.#at = start
    return { start, end }
  }

  /** Goes on to the value under a key, or at an index, of the value that it stands before. Undefined when there is no such. */
  enter(segment: string | number): { key?: Span } | undefined {
    if (this.#here() !== (typeof segment === 'number' ? openBracket : openBrace)) {
      return undefined
    }
    const entry = typeof segment === 'number' ? this.#longLists.get(this.#at)?.entries[segment] : undefined
    const found = entry === undefined ? this.#membersAt(this.#at).get(segment) : { value: entry }
    if (found === undefined) {
      return undefined
    }
    this.#at = found.value
    return found
  }

  /** Where the entries of the list that begins here begin; none where something else does. */
  entriesHere(): readonly number[] {
    if (this.#here() !== openBracket) {
      return []
    }
    const known = this.#longLists.get(this.#at)?.entries
    return known ?? Array.from(this.#membersAt(this.#at).values(), ({ value }) => value)
  }

  /** What is in the list or mapping that begins here. Of a large one it is remembered: each of its 100,000 entries may be asked for. */
  #membersAt(start: number): ReadonlyMap<string | number, Member> {
    const known = this.#members.get(start)
    if (known !== undefined) {
      return known
    }
    const members = new Map<string | number, Member>()
    const isMapping = this.#here() === openBrace
    for (this.#openNext(); this.#here() !== closeBrace && this.#here() !== closeBracket; this.#skipComma()) {
      const key = isMapping ? this.#readKey() : undefined
      const value = this.#at
      members.set(key?.name ?? members.size, key === undefined ? { value } : { value, key: key.span })
      this.#skipValue(0)
    }
    if (this.#at - start > 4096) {
      this.#members.set(start, members)
    }
    this.#at = start
    return members
  }

  #openNext(): void {
    this.#at += 1
    this.#skipSpace()
  }

  #skipComma(): void {
    this.#skipSpace()
    if (this.#here() === comma) {
      this.#openNext()
    }
  }

  #here(): number {
    return this.#text.charCodeAt(this.#at)
  }

  #skipSpace(): void {
    for (;;) {
      const here = this.#here()
      // The byte order mark is let pass, as in YAML.
      if (here !== 0x20 && here !== 0x0a && here !== 0x0d && here !== 0x09 && !(here === 0xfeff && this.#at === 0)) {
        return
      }
      this.#at += 1
    }
  }

  #skipValue(depth: number): void {
    const here = this.#here()
    this.#values += 1
    if (this.#values > this.#mostValues) {
      const message = `more than ${this.#mostValues} keys and entries; no more are read of one file`
      this.#refuse(message, 'too-many-values', 'split it, or state a larger --max-file-size')
    }
    if (here === quote) {
      this.#skipString()
    } else if (here === openBrace || here === openBracket) {
      if (depth === deepest) {
        this.#refuse(`more than ${deepest} levels of nesting; links stand at the second`, 'too-deep')
      }
      this.#skipInside(here === openBrace, depth)
    } else if (!this.#skipMatch(number) && !this.#skipMatch(word)) {
      this.#refuse(
        this.#at < this.#text.length ? 'a value is expected here' : 'the text ends where a value is expected',
      )
    }
  }

  #skipInside(isMapping: boolean, depth: number): void {
    const close = isMapping ? closeBrace : closeBracket
    const opening = this.#at
    const known = this.#longLists.get(opening)
    if (known !== undefined) {
      this.#at = known.end
      return
    }
    const keys = new Map<string, number>()
    const entries: number[] = []
    this.#at += 1
    this.#skipSpace()
    if (this.#here() === close) {
      this.#at += 1
      return
    }
    for (;;) {
      if (isMapping) {
        this.#noteKey(keys, depth)
      } else {
        entries.push(this.#at)
      }
      this.#skipValue(depth + 1)
      this.#skipSpace()
      const here = this.#here()
      if (here === close) {
        this.#at += 1
        if (entries.length >= leastRemembered) {
          this.#longLists.set(opening, { end: this.#at, entries })
        }
        return
      }
      if (here !== comma) {
        const closing = isMapping ? '}' : ']'
        this.#refuse(
          this.#at < this.#text.length
            ? `"," or "${closing}" is expected here`
            : `the text ends before the "${closing}" of what begins on line ${lineOf(this.#text, opening)}`,
        )
      }
      this.#at += 1
      this.#skipSpace()
      if (this.#here() === close) {
        this.#refuse(`no "," may stand before "${isMapping ? '}' : ']'}" in JSON`)
      }
    }
  }

  #noteKey(keys: Map<string, number>, depth: number): void {
    const { name, span } = this.#readKey()
    const other = keys.get(name)
    if (other === undefined) {
      keys.set(name, span.start)
      if (keys.size > mostKeys) {
        this.#at = span.start
        const { message, code, suggestion } = tooManyKeys(depth)
        this.#refuse(message, code, suggestion)
      }
      return
    }
    if (this.duplicates.length === mostIssuesOfFile) {
      this.omitted += 1
      return
    }
    const message = `"${shortened(name)}" stands here a second time`
    this.duplicates.push({
      code: 'duplicate-key',
      ...span,
      message,
      other,
      suggestion: 'remove or rename one of the two',
    })
  }

  /** Reads `"key":` and the space after it. */
  #readKey(): { name: string; span: Span } {
    const start = this.#at
    if (this.#here() !== quote) {
      this.#refuse('a key in double quotes is expected here')
    }
    this.#skipString()
    const span = { start, end: this.#at }
    const source = this.#text.slice(start + 1, this.#at - 1)
    this.#skipSpace()
    if (this.#here() !== colon) {
      this.#refuse('":" is expected here')
    }
    this.#at += 1
    this.#skipSpace()
    return { name: source.includes('\\') ? JSON.parse(`"${source}"`) : source, span }
  }

  #skipString(): void {
    const start = this.#at
    this.#at += 1
    for (;;) {
      this.#skipMatch(plainText)
      const here = this.#here()
      if (here === quote) {
        this.#at += 1
        return
      }
      if (this.#at === this.#text.length) {
        this.#at = start
        this.#refuse('this text is not closed by a double quote')
      }
      if (here !== backslash) {
        this.#refuse('a line break or control character within a text must be written as an escape sequence')
      }
      if (!this.#skipMatch(escapes)) {
        this.#refuse('this is no escape sequence of JSON')
      }
    }
  }

  #skipMatch(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const isThere = pattern.test(this.#text)
    this.#at = isThere ? pattern.lastIndex : this.#at
    return isThere
  }

  #refuse(message: string, code: SourceFault['code'] = 'syntax', suggestion?: string): never {
    const start = this.#at
    const rest = this.#text.slice(start, start + 2)
    const isComment = rest.startsWith('#') || rest === '//' || rest === '/*'
    throw new Unreadable({
      code,
      start,
      end: Math.min(start + 1, this.#text.length),
      message: isComment ? 'JSON has no comments' : message,
      ...(suggestion !== undefined && { suggestion }),
      ...(code === 'syntax' && { suggestion: 'files named .yaml may be written more freely' }),
    })
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
