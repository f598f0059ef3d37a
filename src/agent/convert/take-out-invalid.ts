/** Takes out of a state what a rule refuses, until nothing of it is refused. */
import type { Finding, Path } from '../desired/finding.ts'

/** A state out of which values can be taken. */
export interface Prunable {
  /** What is refused of it as it stands now. */
  errors(): readonly Finding[]
  /** The place of what goes for an error at `path`: the value there, or one around it. */
  placeOf(path: Path): Path
  takeOut(error: Finding): void
}

/**
 * Takes out, round by round, what the errors are about: of several errors at one place the first one does it. Gives these errors, the last
 * round's first.
 */
export function takeOutInvalid(state: Prunable): Finding[] {
  let taken: Finding[] = []
  // Each round takes out something, and there is but so much.
  for (let errors = state.errors(); errors.length > 0; errors = state.errors()) {
    const byPlace = new Map<string, { readonly place: Path; readonly error: Finding }>()
    for (const error of errors) {
      const place = state.placeOf(error.path)
      const key = JSON.stringify(place)
      if (!byPlace.has(key)) {
        byPlace.set(key, { place, error })
      }
    }
    const round = [...byPlace.values()]
    // Later ones first: those before them in a list keep their places.
    for (const { error } of round.toSorted((a, b) => comparePlaces(b.place, a.place))) {
      state.takeOut(error)
    }
    taken = [...round.map(({ error }) => error), ...taken]
  }
  return taken
}

/** Entries of a list in their order, and what is in a value after the value. */
function comparePlaces(a: Path, b: Path): number {
  for (const [depth, step] of a.entries()) {
    const other = b[depth]
    if (other === undefined) {
      return 1
    }
    if (step !== other) {
      return typeof step === 'number' && typeof other === 'number' ? step - other : `${step}` < `${other}` ? -1 : 1
    }
  }
  return a.length - b.length
}
