/** An exported state → one that is valid: the kernel takes more than a file may say. */
import { checkDesired } from '../../desired/checks.ts'
import { type Finding, formatPath, type Path } from '../../desired/finding.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { readShape } from '../../desired/shape.ts'

/** What is left of a state, and a sentence for each value that had to be left out. */
export interface Exported {
  readonly state: DesiredState
  readonly leftOut: readonly string[]
}

/** Takes out what `vxagent validate` would refuse. */
export function withoutInvalid(state: DesiredState): Exported {
  const leftOut: string[] = []
  let errors = errorsOf(state)
  if (errors.length === 0) {
    return { state, leftOut }
  }
  const valid = structuredClone(state)
  // Each round takes out something, and there is but so much.
  for (; errors.length > 0; errors = errorsOf(valid)) {
    const places = new Map(errors.map((error) => [formatPath(error.path), error]))
    // Later ones first: of a list those keep their places.
    for (const [place, { path, message }] of [...places].reverse()) {
      takeOut(valid, path)
      leftOut.push(`left out ${place}: ${message}`)
    }
  }
  return { state: valid, leftOut: leftOut.reverse() }
}

function errorsOf(state: DesiredState): Finding[] {
  const { declarations, findings } = readShape(state)
  const found = findings.length > 0 ? findings : [...checkDesired(declarations, () => 'the same host')]
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
