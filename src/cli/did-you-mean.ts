/** Suggestions for words that are none of ours. */
import { nearest } from '../agent/desired/suggest.ts'

/** `; did you mean status?` when a candidate is near the word, else nothing. `prefix` is what people write before the candidate. */
export function didYouMean(word: string, candidates: readonly string[], prefix = ''): string {
  const candidate = nearest(word, candidates)
  return candidate === undefined ? '' : `; did you mean ${prefix}${candidate}?`
}
