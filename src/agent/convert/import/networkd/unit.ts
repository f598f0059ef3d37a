/** Files of networkd and udev: .netdev, .network, .link, and the drop-ins that amend them. */
import { basename, dirname } from 'node:path'
import type { Setting, SourceText } from '../source.ts'
import { parseIni, type Section } from './ini.ts'
import { effective, joined } from './rows.ts'

export interface Unit {
  /** Its file name, by which networkd orders them. */
  readonly name: string
  readonly kind: 'netdev' | 'network' | 'link' | 'other'
  readonly source: SourceText
  readonly sections: readonly Section[]
}

/** All units in networkd's order. Throws ImportError. */
export function readUnits(sources: readonly SourceText[]): Unit[] {
  const files = sources.map((source) => ({ source, sections: parseIni(source) }))
  const dropIns = files.filter(({ source }) => amendedBy(source.file) !== undefined)
  const units = files.map(({ source, sections }): Unit | undefined => {
    const name = basename(source.file)
    const isAmending =
      amendedBy(source.file) !== undefined &&
      files.some((other) => basename(other.source.file) === amendedBy(source.file))
    if (isAmending) {
      return undefined
    }
    const added = dropIns
      .filter((dropIn) => amendedBy(dropIn.source.file) === name)
      .flatMap((dropIn) => dropIn.sections)
    const all = [...sections, ...added]
    return { name, kind: kindOf(name, all), source, sections: all }
  })
  return units
    .filter((unit) => unit !== undefined)
    .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
}

/** All that the unit states. */
export function settingsIn(unit: Unit): Setting[] {
  return unit.sections.flatMap(({ assignments }) => assignments.map(({ setting }) => setting))
}

/** The last value that is assigned to a key, unless it was reset. */
export function lastOf(unit: Unit, section: string, key: string): Setting | undefined {
  return effective(joined(unit.sections, section)).findLast((assignment) => assignment.key === key)?.setting
}

/** `10-vxlan.network` of `10-vxlan.network.d/mtu.conf`. */
function amendedBy(file: string): string | undefined {
  return file.endsWith('.conf') ? /^(.+\.(?:netdev|network|link))\.d$/.exec(basename(dirname(file)))?.[1] : undefined
}

/** By the content where the name does not tell, as with standard input. */
function kindOf(name: string, sections: readonly Section[]): Unit['kind'] {
  if (name.endsWith('.link')) {
    return 'link'
  }
  const names = new Set(sections.map((section) => section.name))
  if (names.has('NetDev')) {
    return 'netdev'
  }
  return names.has('Network') || names.has('Match') ? 'network' : 'other'
}
