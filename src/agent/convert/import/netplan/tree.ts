/** Netplan's YAML, of one file or of several that amend each other, as a tree whose every node knows its place. */
import { parseDocument } from '../../../desired/document.ts'
import type { Path } from '../../../desired/finding.ts'
import {
  type Fault,
  ImportError,
  type Notes,
  overriddenBy,
  type Place,
  placesOf,
  type Setting,
  type SourceText,
} from '../source.ts'

/** A value, by its name: `tunnels.vxlan0.mtu`. */
export interface NetplanNode {
  readonly name: string
  at(): Place
  /** What a scalar says; undefined for lists, mappings and nothing at all. */
  readonly text: string | undefined
  readonly list: readonly NetplanNode[] | undefined
  readonly map: ReadonlyMap<string, NetplanNode> | undefined
}

/** The mapping `network` of all files together. Throws ImportError with every fault. */
export function readNetplan(sources: readonly SourceText[], notes: Notes): NetplanNode | undefined {
  const faults: Fault[] = []
  const roots = sources.flatMap((source) => readRoot(source, faults))
  if (faults.length > 0) {
    throw new ImportError(faults)
  }
  return roots.reduce<NetplanNode | undefined>(
    (first, second) => (first ? amend(first, second, notes) : second),
    undefined,
  )
}

function readRoot(source: SourceText, faults: Fault[]): NetplanNode[] {
  const { file } = source
  const document = parseDocument(source.text)
  const placeAt = (offset: number): Place => ({ file, ...document.position(offset) })
  if (document.faults.length > 0) {
    faults.push(...document.faults.map(({ start, message }) => ({ ...placeAt(start), message })))
    return []
  }
  const place = (path: Path): Place => placeAt(document.span(path, 'key').start)
  const root = toNode(document.value, [], place)
  const network = root.map?.get('network')
  if (document.value === null) {
    return []
  }
  if (network === undefined || (network.map === undefined && !isNothing(network))) {
    faults.push({ ...root.at(), message: 'a netplan file has a mapping with the key network' })
    return []
  }
  return [network]
}

function toNode(value: unknown, path: Path, place: (path: Path) => Place): NetplanNode {
  // Without the key `network` at its front, which says nothing.
  const name = path
    .slice(1)
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('')
  const node = { name, at: () => place(path), text: undefined, list: undefined, map: undefined }
  if (Array.isArray(value)) {
    return { ...node, list: value.map((entry, index) => toNode(entry, [...path, index], place)) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, toNode(inner, [...path, key], place)] as const)
    return { ...node, map: new Map(entries) }
  }
  return value === null ? node : { ...node, text: String(value) }
}

/** Mappings are merged, lists joined, and of scalars the later one counts. */
function amend(first: NetplanNode, second: NetplanNode, notes: Notes): NetplanNode {
  if (first.map !== undefined && second.map !== undefined) {
    notes.accountFor(headOf(second))
    const map = new Map(first.map)
    for (const [key, node] of second.map) {
      const known = map.get(key)
      map.set(key, known === undefined ? node : amend(known, node, notes))
    }
    return { ...first, map }
  }
  if (first.list !== undefined && second.list !== undefined) {
    notes.accountFor(headOf(second))
    return { ...first, list: [...first.list, ...second.list] }
  }
  if (isNothing(second)) {
    notes.withoutEffect(settingOf(second), 'it has no value, and a file before this one states one')
    return first
  }
  if (inOneLine(first) === inOneLine(second)) {
    notes.accountFor(settingOf(first))
  } else {
    notes.withoutEffect(settingOf(first), overriddenBy(settingOf(second)))
  }
  return second
}

/** Whether there is a key and nothing behind it. */
export function isNothing({ text, list, map }: NetplanNode): boolean {
  return text === undefined && list === undefined && map === undefined
}

/** The node as a setting: one line, whatever it holds; what is below it is its parts. */
export function settingOf(node: NetplanNode): Setting {
  return {
    ...headOf(node),
    text: inOneLine(node),
    parts: childrenOf(node).flatMap((child) => placesOf(settingOf(child))),
  }
}

/** The key of the node alone, as a setting without a value. */
export function headOf(node: NetplanNode): Setting {
  return { name: `${node.name}:`, text: '', at: node.at() }
}

function childrenOf({ list, map }: NetplanNode): readonly NetplanNode[] {
  return list ?? [...(map?.values() ?? [])]
}

function inOneLine({ text, list, map }: NetplanNode): string {
  if (list !== undefined) {
    return `[${list.slice(0, 10).map(inOneLine).join(', ')}]`
  }
  if (map !== undefined) {
    return `{${[...map]
      .slice(0, 10)
      .map(([key, node]) => `${key}: ${inOneLine(node)}`)
      .join(', ')}}`
  }
  return text ?? ''
}
