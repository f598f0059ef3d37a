/** Netplan's YAML, of one file or of several that amend each other, as a tree whose every node knows its place. */
import { parseDocument } from '../../../desired/document.ts'
import type { Path } from '../../../desired/finding.ts'
import { type Fault, ImportError, type Place, type Setting, type SourceText } from '../source.ts'

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
export function readNetplan(sources: readonly SourceText[]): NetplanNode | undefined {
  const faults: Fault[] = []
  const roots = sources.flatMap((source) => readRoot(source, faults))
  if (faults.length > 0) {
    throw new ImportError(faults)
  }
  return roots.reduce<NetplanNode | undefined>((first, second) => (first ? amend(first, second) : second), undefined)
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
function amend(first: NetplanNode, second: NetplanNode): NetplanNode {
  if (first.map !== undefined && second.map !== undefined) {
    const map = new Map(first.map)
    for (const [key, node] of second.map) {
      const known = map.get(key)
      map.set(key, known === undefined ? node : amend(known, node))
    }
    return { ...first, map }
  }
  if (first.list !== undefined && second.list !== undefined) {
    return { ...first, list: [...first.list, ...second.list] }
  }
  return isNothing(second) ? first : second
}

/** Whether there is a key and nothing behind it. */
export function isNothing({ text, list, map }: NetplanNode): boolean {
  return text === undefined && list === undefined && map === undefined
}

/** The node as a setting: one line, whatever it holds. */
export function settingOf(node: NetplanNode): Setting {
  return { name: `${node.name}:`, text: inOneLine(node), at: node.at() }
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
