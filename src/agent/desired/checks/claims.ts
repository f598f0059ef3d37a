/** First come, first served: which link a thing belongs to that only one can have. */
import { type Declaration, pathOf } from '../declaration.ts'
import type { Where } from '../finding.ts'

/** The first link that claimed `key`, if it is another than `link`'s own claim just now. */
export function claim<D extends Declaration>(claims: Map<string, D>, key: string, link: D): D | undefined {
  const first = claims.get(key)
  if (first === undefined) {
    claims.set(key, link)
  }
  return first
}

/** `vxlan0 (overlay.yaml:12)`. */
export function nameAndPlace(link: Declaration, where: Where): string {
  return `${link.name} (${where(pathOf(link))})`
}
