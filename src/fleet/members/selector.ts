/** Which hosts an operator means: ids, patterns, all of them, or those of a VNI. Pure. */

/** A host that can be meant. */
export interface SelectableHost {
  readonly node: string
  readonly vnis: readonly number[]
}

/** What a selector came to. */
export interface Selection {
  /** By name. */
  readonly nodes: readonly string[]
  /** Parts of the selector that match no host. */
  readonly unmatched: readonly string[]
}

/** A selector that says nothing: why, as the end of a sentence. */
export class BadSelector extends Error {
  override readonly name = 'BadSelector'
}

type Matches = (host: SelectableHost) => boolean

/**
 * The hosts that any part of the selector means, less those that a part with `!` before it means. Throws BadSelector.
 * @param selector parts with commas between them: `vyos01`, `ubuntu*`, `all`, `vni:42`, `vni:100-199`, `!vyos02`
 */
export function selectHosts(selector: string, hosts: readonly SelectableHost[]): Selection {
  const parts = selector.split(',').map((part) => part.trim())
  if (parts.some((part) => part === '' || part === '!')) {
    throw new BadSelector('it has an empty part')
  }
  const wanted = parts.filter((part) => !part.startsWith('!'))
  const unwanted = parts.filter((part) => part.startsWith('!')).map((part) => part.slice(1))
  if (wanted.length === 0) {
    throw new BadSelector('it says only which hosts are not meant; begin with all')
  }
  const excluding = unwanted.map(matcher)
  const found = wanted.map((part) => ({ part, nodes: hosts.filter(matcher(part)) }))
  const nodes = new Set(found.flatMap(({ nodes: each }) => each))
  return {
    nodes: [...nodes]
      .filter((host) => !excluding.some((matches) => matches(host)))
      .map(({ node }) => node)
      .toSorted(),
    unmatched: [
      ...found.filter(({ nodes: each }) => each.length === 0).map(({ part }) => part),
      ...unwanted.filter((part) => !hosts.some(matcher(part))).map((part) => `!${part}`),
    ],
  }
}

function matcher(part: string): Matches {
  if (part === 'all') {
    return () => true
  }
  if (part.startsWith('vni:')) {
    const [, low = '', high = low] = /^vni:(\d{1,8})(?:-(\d{1,8}))?$/.exec(part) ?? []
    if (low === '') {
      throw new BadSelector(`${JSON.stringify(part)} is no VNI; write vni:42, or vni:100-199`)
    }
    return ({ vnis }) => vnis.some((vni) => Number(low) <= vni && vni <= Number(high))
  }
  if (!/^[A-Za-z0-9._*?-]{1,128}$/.test(part)) {
    throw new BadSelector(`${JSON.stringify(part)} is no id of a host, and no pattern of ids with * and ?`)
  }
  return ({ node }) => matchesGlob(part, node)
}

/** `*` stands for any characters, `?` for one. In a time that grows with the product of both lengths. */
function matchesGlob(pattern: string, text: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0]
  while (from < text.length) {
    if (pattern[at] === '*') {
      star = at
      at += 1
      resume = from
    } else if (pattern[at] === '?' || pattern[at] === text[from]) {
      at += 1
      from += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      from = resume
    } else {
      return false
    }
  }
  return [...pattern.slice(at)].every((each) => each === '*')
}
