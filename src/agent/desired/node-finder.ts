/** The tree of nodes of a YAML document → places in its text. */
import { type Alias, isAlias, isMap, isSeq, type Node } from 'yaml'
import type { Path } from './finding.ts'
import { isMergeKey, keyOf } from './plain-data.ts'
import type { Finder, Span } from './span.ts'

interface Entry {
  readonly key: Node
  readonly value: Node | null
}

/**
 * Finds places in a document. Each mapping is indexed when it is first asked for.
 * @param targets what each alias stands for
 */
export function nodeFinder(root: Node | null, targets: ReadonlyMap<Alias, Node>): Finder {
  const indexes = new Map<Node, ReadonlyMap<string, Entry>>()

  function follow(node: Node | null): Node | null {
    const target = isAlias(node) ? targets.get(node) : undefined
    return target === undefined ? node : follow(target)
  }

  function entriesOf(node: Node): ReadonlyMap<string, Entry> {
    const known = indexes.get(node)
    if (known !== undefined) {
      return known
    }
    const entries = new Map<string, Entry>()
    indexes.set(node, entries)
    if (isMap<Node, Node | null>(node)) {
      for (const { key, value } of node.items) {
        entries.set(keyOf(key), { key, value })
      }
      const sources = node.items.filter(({ key }) => isMergeKey(key)).map(({ value }) => follow(value))
      for (const source of sources.flatMap((node) => (isSeq<Node>(node) ? node.items.map(follow) : [node]))) {
        for (const [name, entry] of source === null ? [] : entriesOf(source)) {
          entries.set(name, entries.get(name) ?? entry)
        }
      }
    }
    return entries
  }

  /** The nearest thing around a path, and the node that it leads to; null where there is none. */
  function find(path: Path, at: 'key' | 'value'): { span: Span; node: Node | null } {
    let span = spanOf(root) ?? { start: 0, end: 0 }
    let node = root
    for (const [depth, segment] of path.entries()) {
      const inside = follow(node)
      const isLast = depth === path.length - 1
      if (typeof segment === 'number') {
        node = isSeq<Node>(inside) ? (inside.items[segment] ?? null) : null
        span = spanOf(node) ?? span
        continue
      }
      const entry = inside === null ? undefined : entriesOf(inside).get(segment)
      if (entry === undefined) {
        return { span, node: null }
      }
      node = entry.value
      const wanted = isLast && at === 'value' ? (spanOf(node) ?? spanOf(entry.key)) : spanOf(entry.key)
      span = wanted ?? span
    }
    return { span, node: follow(node) }
  }

  return {
    span: (path, at) => find(path, at).span,
    entries(path) {
      const { span, node } = find(path, 'value')
      return isSeq<Node>(node) ? node.items.map((item) => (spanOf(item) ?? span).start) : []
    },
  }
}

/** Where a node stands; undefined for one without any text, as the value of `ttl:` alone. */
function spanOf(node: Node | null): Span | undefined {
  const [start, end] = node?.range ?? [0, 0]
  return start < end ? { start, end } : undefined
}
