/**
 * What a word is: one key of the desired file, and how its value is read from the kernel and written to it. The type of the value is known
 * where the word is made, and closed in there: whoever has a list of words hands over whole records of values, and casts nothing.
 */
import type { LinkNames } from '../kernel/link-names.ts'

/** What is so of a key, whatever its value. */
export interface WordFacts<Values> {
  readonly key: keyof Values & string
  /** Whether the kernel can change it on a live link (measured, Linux 6.18; since 4.12 or so). */
  readonly isLive: boolean
  /** What the kernel takes when nothing is stated; undefined for an address or a device: none. */
  readonly fallback: Values[keyof Values & string]
  /** The first kernel release that knows it, where that is later than 5.10. Older ones pass over it without a word. */
  readonly since?: readonly [major: number, minor: number]
}

/** One key of `Values`. `From` is the part of a kernel object in which it is found, `To` that of a request which states it. */
export interface Word<Values, From, To> extends WordFacts<Values> {
  readonly read: (from: From, names: LinkNames) => Values[keyof Values & string]
  /** What states the value that `values` have for the key; undefined where they have none, and the kernel no word for that. */
  readonly write: (values: Values, names: LinkNames) => To | undefined
}

/** A word as it is written down: with the one type that its value has. */
export interface WordRow<Value, From, To> extends Pick<WordFacts<unknown>, 'isLive' | 'since'> {
  readonly fallback: Value | undefined
  readonly read: (from: From, names: LinkNames) => Value | undefined
  readonly write: (value: Value, names: LinkNames) => To
  /** What states that there is none any more. */
  readonly none?: To
}

/** Makes the words of one table. */
export function wordsFor<Values, From, To>() {
  return <Key extends keyof Values & string>(
    key: Key,
    {
      read,
      write,
      none,
      ...facts
    }: WordRow<NonNullable<Values[Key]>, From, To> & {
      readonly fallback: Values[Key]
      readonly read: (from: From, names: LinkNames) => Values[Key]
    },
  ): Word<Values, From, To> => ({
    key,
    ...facts,
    read,
    write(values, names) {
      const value = values[key]
      return value === undefined || value === null ? none : write(value, names)
    },
  })
}
