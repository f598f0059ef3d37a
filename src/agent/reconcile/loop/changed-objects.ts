/** What a new desired state wants otherwise than the one before. */
import { isDeepStrictEqual } from 'node:util'
import type { DesiredOverlay } from '../../desired/overlay.ts'
import { itemsPerStep, type Steps } from '../../facts/steps.ts'

/** Names of objects that are wanted otherwise than before, or were not wanted then. */
export function* changedObjects(before: DesiredOverlay | undefined, now: DesiredOverlay): Steps<ReadonlySet<string>> {
  const changed = new Set<string>()
  for (const name of [...now.links.keys(), ...now.ports.keys()]) {
    const isSameLink = yield* isEqual(before?.links.get(name), now.links.get(name))
    const hasSameEntries = yield* isEqual(before?.bridgeEntries.get(name), now.bridgeEntries.get(name))
    if (!isSameLink || !hasSameEntries || !isDeepStrictEqual(before?.ports.get(name), now.ports.get(name))) {
      changed.add(name)
    }
    yield
  }
  return changed
}

/** isDeepStrictEqual of plain data, in steps: one link may have 100,000 entries. */
function* isEqual(left: unknown, right: unknown): Steps<boolean> {
  if (Array.isArray(left) && Array.isArray(right) && left.length > itemsPerStep) {
    for (let start = 0; start < left.length; start += itemsPerStep) {
      if (!isDeepStrictEqual(left.slice(start, start + itemsPerStep), right.slice(start, start + itemsPerStep))) {
        return false
      }
      yield
    }
    return left.length === right.length
  }
  if (!isRecord(left) || !isRecord(right)) {
    return isDeepStrictEqual(left, right)
  }
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) {
    return false
  }
  for (const key of keys) {
    const isSame = Object.hasOwn(right, key) && (yield* isEqual(left[key], right[key]))
    if (!isSame) {
      return false
    }
  }
  return true
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
