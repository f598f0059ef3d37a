/** Which .network file is for which link: the first, by name, whose [Match] fits. Source: systemd.network(5), "[MATCH] SECTION OPTIONS". */
import type { Setting } from '../source.ts'
import type { Assignment } from './ini.ts'
import { effective, joined } from './rows.ts'
import type { Unit } from './unit.ts'
import { matchesGlob, readWords } from './values.ts'

/** Whether the file is for the link; a condition that nothing here can answer stands for "perhaps". */
export type Fit = 'yes' | 'no' | Setting

/** @param kind of the link, `vxlan` or `bridge`, which to networkd is its type, too */
export function fitOf(unit: Unit, name: string, kind: string): Fit {
  let open: Setting | undefined
  for (const { key, setting } of conditionsOf(unit)) {
    const subject = key === 'Name' ? name : key === 'Kind' || key === 'Type' ? kind : undefined
    if (subject === undefined) {
      open ??= setting
    } else if (!fitsList(subject, setting.text)) {
      return 'no'
    }
  }
  return open ?? 'yes'
}

/** The one link that the file is for, by name; undefined when it may be for others. */
export function onlyNameOf(unit: Unit): string | undefined {
  const conditions = conditionsOf(unit)
  const [name, ...others] = conditions.flatMap(({ key, setting }) => (key === 'Name' ? readWords(setting.text) : []))
  return name === undefined || others.length > 0 || /[*?[\]!]/.test(name) ? undefined : name
}

/** The conditions that count. */
export function conditionsOf(unit: Unit): Assignment[] {
  return effective(joined(unit.sections, 'Match'))
}

/** Whether a name is in a list of globs, or, where the list is inverted, in none. */
export function fitsList(subject: string, list: string): boolean {
  const isInverted = list.startsWith('!')
  const fits = readWords(isInverted ? list.slice(1) : list).some((glob) => matchesGlob(subject, glob))
  return fits !== isInverted
}
