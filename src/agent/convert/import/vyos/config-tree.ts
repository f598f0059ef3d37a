/** A VyOS configuration as a tree of words. A value is a word like any other: `mtu 1450` is the node `mtu` with the child `1450`. */
import type { Fault, Place, SourceText } from '../source.ts'
import { ImportError, mostFaults } from '../source.ts'

export interface Word {
  readonly text: string
  readonly at: Place
}

export interface ConfigNode {
  readonly at: Place
  readonly children: Map<string, ConfigNode>
  /** Where a line or a block's heading ends in this node: the places at which it is set. */
  readonly ends: Place[]
}

/** Deeper than any VyOS configuration, whose depth is about 12. */
const deepest = 64

export class ConfigTree {
  readonly root: ConfigNode
  readonly #faults: Fault[] = []

  constructor({ file }: SourceText) {
    this.root = { at: { file, line: 1, column: 1 }, children: new Map(), ends: [] }
  }

  /** Adds a path of words below `node`, and gives the node at its end. What is there already is shared. */
  insert(node: ConfigNode, path: readonly Word[]): ConfigNode {
    let end = node
    for (const [index, { text, at }] of path.entries()) {
      const known = end.children.get(text)
      const next: ConfigNode = known ?? { at, children: new Map(), ends: [] }
      if (index === path.length - 1) {
        // Last among its siblings: of the values of a setting that takes one, VyOS keeps what was set last.
        end.children.delete(text)
        next.ends.push(at)
      }
      end.children.set(text, next)
      end = next
    }
    return end
  }

  /** Notes a fault; reading goes on behind it, to find others. Throws ImportError when there are too many to be of use. */
  refuse(at: Place, message: string): void {
    this.#faults.push({ ...at, message })
    if (this.#faults.length === mostFaults) {
      this.finish()
    }
  }

  /** Whether a node may have children that deep. */
  isTooDeep(depth: number): boolean {
    return depth > deepest
  }

  /** Throws ImportError when there were faults. */
  finish(): ConfigNode {
    if (this.#faults.length > 0) {
      throw new ImportError(this.#faults)
    }
    return this.root
  }
}

/** The node that a path of words leads to. */
export function nodeAt(node: ConfigNode, ...path: readonly string[]): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((found, word) => found?.children.get(word), node)
}

/** All places at which something is set in the node or below it. */
export function placesIn(node: ConfigNode): Place[] {
  return [...node.ends, ...[...node.children.values()].flatMap(placesIn)]
}

/** The places of the headings of blocks, which say nothing of their own. */
export function placesOfHeadings(node: ConfigNode): Place[] {
  return node.children.size === 0 ? [] : [...node.ends, ...[...node.children.values()].flatMap(placesOfHeadings)]
}
