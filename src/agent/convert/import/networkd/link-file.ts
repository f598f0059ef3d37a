/** A .link file, which udev applies to a new link, whoever creates it. Source: systemd.link(5). */
import type { LinkDraft, Overlay } from '../overlay.ts'
import type { Notes } from '../source.ts'
import { conditionsOf, fitsList } from './match.ts'
import { effective, joined, nameReset, type Row, type Rows, readAssignments, single } from './rows.ts'
import { settingsIn, type Unit } from './unit.ts'
import { readSize } from './values.ts'

/** Gives vxlans and bridges what the first .link file that fits them states. Gives the files that fit none. */
export function readLinkFiles(overlay: Overlay, units: readonly Unit[]): readonly Unit[] {
  const names = [...overlay.vxlans.keys(), ...overlay.bridges.keys()]
  const fitting = new Map(units.map((unit) => [unit, names.filter((name) => fits(unit, name))]))
  const first = new Map(names.map((name) => [name, units.find((unit) => fitting.get(unit)?.includes(name))]))
  for (const [unit, links] of fitting) {
    const own = links.filter((name) => first.get(name) === unit)
    for (const name of own) {
      readLinkFile(overlay, overlay.link(name) as LinkDraft, unit)
    }
    const [link] = links
    if (own.length === 0 && link !== undefined) {
      const why = `${first.get(link)?.name} comes before this file, and udev takes the first file that fits a link`
      for (const setting of settingsIn(unit)) {
        overlay.notes.withoutEffect(setting, why)
      }
    }
  }
  return units.filter((unit) => fitting.get(unit)?.length === 0)
}

/** A file with other conditions than a name is for links that only the host knows. */
function fits(unit: Unit, name: string): boolean {
  const conditions = conditionsOf(unit)
  return (
    conditions.length > 0 &&
    conditions.every(({ key, setting }) => key === 'OriginalName' && fitsList(name, setting.text))
  )
}

function readLinkFile({ notes }: Overlay, draft: LinkDraft, unit: Unit): void {
  const match = joined(unit.sections, 'Match')
  nameReset(match, notes)
  notes.accountFor(...effective(match).map(({ setting }) => setting))
  readAssignments(joined(unit.sections, 'Link'), linkRows(draft, unit, notes), notes)
  for (const { name, assignments } of unit.sections) {
    if (name !== 'Match' && name !== 'Link') {
      readAssignments(assignments, withOthers({}, assignments, unit), notes)
    }
  }
}

function linkRows(draft: LinkDraft, unit: Unit, notes: Notes): Rows {
  const unlessStated = (key: 'mac' | 'mtu' | 'alias', read: (text: string) => unknown): Row =>
    single((setting) => {
      const value = read(setting.text)
      if (draft.has(key) && draft.get(key) !== value) {
        notes.leftOut(setting, `networkd's own files state another ${key}: ${draft.get(key)}`)
        return true
      }
      return draft.set(key, value, setting)
    })
  const own: Rows = {
    MTUBytes: unlessStated('mtu', readSize),
    MACAddress: unlessStated('mac', (text) => text.toLowerCase().replaceAll('-', ':')),
    Alias: unlessStated('alias', (text) => text),
  }
  return withOthers(own, joined(unit.sections, 'Link'), unit)
}

/** Rows for the keys that are udev's business in any case. */
function withOthers(rows: Rows, assignments: Unit['sections'][number]['assignments'], unit: Unit): Rows {
  const stays: Row = (values, notes) => {
    for (const { name, at } of values) {
      notes.remark(at, `${name} stays with udev: it applies ${unit.name} to the link, whoever creates it`)
    }
  }
  return { ...Object.fromEntries(assignments.map(({ key }) => [key, stays])), ...rows }
}
