/** A YAML node tree → plain data, in linear time, with what YAML allows and we do not. */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { IssueCode } from './issue.ts'

/** Something that the source may not say, and where: offsets into the text. */
export interface SourceFault {
  readonly code: IssueCode
  readonly start: number
  readonly end: number
  readonly message: string
  readonly suggestion?: string
  /** The place of what it collides with. */
  readonly other?: number
}

export interface PlainData {
  /** Null, booleans, numbers, strings, arrays, and objects without a prototype. */
  readonly value: unknown
  readonly faults: readonly SourceFault[]
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>
}

/** The most nodes that a file may have once its aliases are replaced by what they stand for: a bound on aliases of aliases. */
const mostNodes = 2_000_000

interface Anchored {
  readonly node: Node
  readonly value: unknown
  readonly nodes: number
}

/** The data of a document whose syntax is right. */
export function toPlainData(root: unknown): PlainData {
  const anchors = new Map<string, Anchored>()
  const targets = new Map<Alias, Node>()
  const faults: SourceFault[] = []
  let nodes = 0

  function convert(node: unknown): unknown {
    const before = nodes
    nodes += 1
    if (isAlias(node)) {
      return convertAlias(node)
    }
    const value = isMap(node) ? convertMap(node) : isSeq(node) ? node.items.map(convert) : scalarOf(node)
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
      // Only now, so that no node can be within itself.
      anchors.set(node.anchor, { node, value, nodes: nodes - before })
    }
    return value
  }

  function convertAlias(alias: Alias): unknown {
    const anchored = anchors.get(alias.source)
    if (anchored === undefined) {
      faults.push(faultAt(alias, 'unknown-alias', `no anchor &${alias.source} stands before this alias`))
      return null
    }
    targets.set(alias, anchored.node)
    const wasWithin = nodes <= mostNodes
    nodes += anchored.nodes
    if (nodes > mostNodes) {
      if (wasWithin) {
        faults.push(faultAt(alias, 'excessive-aliases', `aliases make this file larger than ${mostNodes} values`))
      }
      return Object.create(null)
    }
    return anchored.value
  }

  function convertMap(map: YAMLMap): unknown {
    const result: Record<string, unknown> = Object.create(null)
    const places = new Map<string, unknown>()
    const merged: unknown[] = []
    for (const { key, value } of map.items) {
      const name = keyOf(key)
      const earlier = places.get(name)
      if (earlier !== undefined) {
        const other = { other: startOf(earlier), suggestion: 'remove or rename one of the two' }
        faults.push({ ...faultAt(key, 'duplicate-key', `"${name}" stands here a second time`), ...other })
        continue
      }
      places.set(name, key)
      if (isMergeKey(key)) {
        merged.push(...mergeSources(value))
      } else {
        result[name] = convert(value)
      }
    }
    for (const source of merged) {
      for (const [name, value] of Object.entries(source as object)) {
        // What the mapping says itself, and what an earlier source says, comes first.
        if (!Object.hasOwn(result, name)) {
          result[name] = value
        }
      }
    }
    return result
  }

  function mergeSources(node: unknown): unknown[] {
    const value = convert(node)
    const sources = Array.isArray(value) ? value : [value]
    if (sources.every((source) => typeof source === 'object' && source !== null && !Array.isArray(source))) {
      return sources
    }
    faults.push(faultAt(node, 'bad-merge', '"<<" takes a mapping, or a list of mappings, to merge in'))
    return []
  }

  return { value: convert(root), faults, targets }
}

/** Whether a key is YAML's `<<`, which merges another mapping in. In quotes it is a key like any other. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && keyOf(key) === '<<'
}

/** The text of a key; the parser lets text pass for keys only. */
export function keyOf(key: Pair['key']): string {
  return isScalar(key) ? String(key.value) : ''
}

function scalarOf(node: unknown): unknown {
  return isScalar(node) ? node.value : null
}

function faultAt(node: unknown, code: IssueCode, message: string): SourceFault {
  const start = startOf(node)
  const end = (node as Node | null)?.range?.[1] ?? start
  return { code, start, end, message }
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}
