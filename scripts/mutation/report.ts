/** What became of the changes, for people. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Mutant } from './mutants.ts'

/** What became of one. */
export interface Result {
  readonly mutant: Mutant & { readonly path: string }
  readonly end: 'noticed' | 'never ends' | 'refused by the compiler' | 'survived' | 'reached by no test'
  /** The test file that failed. */
  readonly by?: string
}

const longestExcerpt = 70

/** One line: `src/x.ts:12 survived: condition: a → b`. */
export function describeMutant({ mutant, end, by }: Result): string {
  const text = readFileSync(mutant.path, 'utf8')
  const line = text.slice(0, mutant.start).split('\n').length
  const change = `${excerpt(text.slice(mutant.start, mutant.end))} → ${excerpt(mutant.replacement) || 'nothing'}`
  return `${mutant.path}:${line} ${end}: ${mutant.kind}: ${change}${by === undefined ? '' : ` (${by})`}`
}

/** The changes that nothing noticed, and the score of each folder. */
export function summary(
  results: readonly Result[],
  { all, seed }: { readonly all: number; readonly seed: number },
): string {
  const lines = results.filter(isUnnoticed).map(describeMutant).toSorted()
  const folders = [...new Set(results.map(({ mutant }) => dirname(mutant.path)))].toSorted()
  const scores = folders.map(
    (folder) => `${folder}: ${score(results.filter(({ mutant }) => dirname(mutant.path) === folder))}`,
  )
  return [
    ...lines,
    '',
    ...scores,
    `all: ${score(results)}; ${results.length} of ${all} changes, seed ${seed}`,
    '',
  ].join('\n')
}

/** Changes that the compiler refuses count neither way. */
function score(results: readonly Result[]): string {
  const compiled = results.filter(({ end }) => end !== 'refused by the compiler')
  const noticed = compiled.filter((result) => !isUnnoticed(result)).length
  return `${noticed} of ${compiled.length} noticed${compiled.length === 0 ? '' : `, ${Math.round((100 * noticed) / compiled.length)} %`}`
}

function isUnnoticed({ end }: Result): boolean {
  return end === 'survived' || end === 'reached by no test'
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > longestExcerpt ? `${line.slice(0, longestExcerpt)}…` : line
}
