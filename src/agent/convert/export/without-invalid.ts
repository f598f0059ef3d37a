/** An exported state → one that is valid: the kernel takes more than a file may say. */
import { checkDesired } from '../../desired/checks.ts'
import { type Finding, formatPath, type Path } from '../../desired/finding.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { readShape } from '../../desired/shape.ts'
import { takeOutInvalid } from '../take-out-invalid.ts'

/** What is left of a state, and a sentence for each value that had to be left out. */
export interface Exported {
  readonly state: DesiredState
  readonly leftOut: readonly string[]
}

/** Takes out what `vxagent validate` would refuse. */
export function withoutInvalid(state: DesiredState): Exported {
  if (errorsOf(state).length === 0) {
    return { state, leftOut: [] }
  }
  const valid = structuredClone(state)
  const taken = takeOutInvalid({
    errors: () => errorsOf(valid),
    placeOf: (path) => path,
    takeOut: ({ path }) => takeOut(valid, path),
  })
  return { state: valid, leftOut: taken.map(({ path, message }) => `left out ${formatPath(path)}: ${message}`) }
}

function errorsOf(state: DesiredState): Finding[] {
  const { declarations, fleet = 'absent', findings } = readShape(state)
  const found = findings.length > 0 ? findings : [...checkDesired(declarations, fleet, () => 'the same host')]
  return found.filter(({ severity }) => severity === 'error')
}

function takeOut(state: object, path: Path): void {
  let holder = state as Record<string | number, unknown>
  for (const [depth, step] of path.entries()) {
    const value = holder[step]
    const isLast = depth === path.length - 1
    if (isLast || typeof value !== 'object' || value === null) {
      if (Array.isArray(holder)) {
        holder.splice(Number(step), 1)
      } else {
        delete holder[step]
      }
      return
    }
    holder = value as Record<string | number, unknown>
  }
}
