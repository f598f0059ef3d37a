/** A YAML node tree → plain data, in linear time, with what YAML allows and we do not. */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import { type IssueCode, shortened } from './issue.ts'
import { deepest, limitsFor, mostIssuesOfFile } from './limits.ts'

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

/** What is wrong with a text: the first faults, and how many more there are. */
export interface FaultList {
  readonly faults: readonly SourceFault[]
  readonly omitted: number
}

export interface PlainData extends FaultList {
  /** Null, booleans, numbers, strings, arrays, and objects without a prototype. */
  readonly value: unknown
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>
}

interface Anchored {
  readonly node: Node
  readonly value: unknown
  readonly nodes: number
}

/**
 * The data of a document whose syntax is right.
 * @param mostNodes that it may have once its aliases are replaced by what they stand for: a bound on aliases of aliases
 */
export function toPlainData(root: unknown, mostNodes = limitsFor().values): PlainData {
  const anchors = new Map<string, Anchored>()
  const targets = new Map<Alias, Node>()
  const faults: SourceFault[] = []
  /** Of mappings that others are merged into: how many are merged into one another, one by one. */
  const mergeDepths = new WeakMap<object, number>()
  let nodes = 0
  let omitted = 0
  let isTooLarge = false

  function report(fault: SourceFault): void {
    if (faults.length < mostIssuesOfFile) {
      faults.push(fault)
    } else {
      omitted += 1
    }
  }

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
      report(faultAt(alias, 'unknown-alias', `no anchor &${shortened(alias.source)} stands before this alias`))
      return null
    }
    targets.set(alias, anchored.node)
    return countNodes(alias, anchored.nodes) ? anchored.value : Object.create(null)
  }

  /** False when there are too many by now, which is reported once. */
  function countNodes(node: unknown, count: number): boolean {
    nodes += count
    if (nodes > mostNodes && !isTooLarge) {
      isTooLarge = true
      report(faultAt(node, 'excessive-aliases', `aliases make this file larger than ${mostNodes} values`))
    }
    return nodes <= mostNodes
  }

  function convertMap(map: YAMLMap): unknown {
    const result: Record<string, unknown> = Object.create(null)
    const places = new Map<string, unknown>()
    const merged: { readonly source: unknown; readonly from: unknown }[] = []
    for (const { key, value } of map.items) {
      const name = keyOf(key)
      const earlier = places.get(name)
      if (earlier !== undefined) {
        const other = { other: startOf(earlier), suggestion: 'remove or rename one of the two' }
        report({ ...faultAt(key, 'duplicate-key', `"${shortened(name)}" stands here a second time`), ...other })
        continue
      }
      places.set(name, key)
      if (isMergeKey(key)) {
        for (const source of mergeSources(value)) {
          merged.push({ source, from: value })
        }
      } else {
        result[name] = convert(value)
      }
    }
    for (const { source, from } of merged) {
      if (!mayMerge(result, source as object, from)) {
        break
      }
      for (const [name, value] of Object.entries(source as object)) {
        // What the mapping says itself, and what an earlier source says, comes first.
        if (!Object.hasOwn(result, name)) {
          result[name] = value
        }
      }
    }
    return result
  }

  /** A chain of merges copies the same keys again and again, and each place in it is looked up link by link. */
  function mayMerge(target: object, source: object, from: unknown): boolean {
    const depth = Math.max(mergeDepths.get(target) ?? 0, (mergeDepths.get(source) ?? 0) + 1)
    mergeDepths.set(target, depth)
    if (depth === deepest + 1) {
      report(faultAt(from, 'excessive-aliases', `more than ${deepest} mappings are merged into one another`))
    }
    return depth <= deepest && countNodes(from, Object.keys(source).length)
  }

  function mergeSources(node: unknown): unknown[] {
    const value = convert(node)
    const sources = Array.isArray(value) ? value : [value]
    if (sources.every((source) => typeof source === 'object' && source !== null && !Array.isArray(source))) {
      return sources
    }
    report(faultAt(node, 'bad-merge', '"<<" takes a mapping, or a list of mappings, to merge in'))
    return []
  }

  const value = convert(root)
  return { value, faults, omitted, targets }
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
