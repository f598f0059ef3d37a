/** What an import reads, and what it says of it: settings with their places, notes, and the error for a text that cannot be read. */
import { visible } from '../../desired/visible.ts'

/** One file of another tool. */
export interface SourceText {
  /** Its path, for messages. */
  readonly file: string
  readonly text: string
}

/** A place in a file; both numbers count from 1, a column in UTF-16 code units, as in editors. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One setting of the other tool, and where it is made. */
export interface Setting {
  /** As the tool's users write it: `interfaces vxlan vxlan0 mtu`, `tunnels.vxlan0.mtu:`, `[NetDev] MTUBytes=`. */
  readonly name: string
  /** Its value as written; empty for a setting without one. */
  readonly text: string
  readonly at: Place
  /** Places of other assignments that are part of it, or that state the same. */
  readonly parts?: readonly Place[]
}

/** `left out`: the desired state lacks something that the files say. `remark`: it lacks nothing, but there is something to know. */
export type NoteKind = 'left out' | 'remark'

/** Something that a person has to know about what became of a setting. */
export interface Note extends Place {
  readonly kind: NoteKind
  /** The setting as written; empty for a remark on no setting in particular. */
  readonly setting: string
  /** Why, and what to do about it. */
  readonly message: string
}

/** `file:line:column: not carried over: SETTING: why`, the form that editors jump to. */
export function formatNote({ file, line, column, kind, setting, message }: Note): string {
  const parts = [`${file}:${line}:${column}`, kind === 'left out' ? 'not carried over' : 'note', setting, message]
  return visible(parts.filter((part) => part !== '').join(': '))
}

/** Collects notes, and keeps account of the settings that they are about. */
export class Notes {
  /** By their text: what is said of a setting of several links is said once. */
  readonly #notes = new Map<string, Note>()
  readonly #accounted: Place[] = []

  leftOut(setting: Setting, message: string): void {
    this.#add({ ...setting.at, kind: 'left out', setting: shortened(asWritten(setting)), message }, [setting])
  }

  allLeftOut(settings: Iterable<Setting>, message: string): void {
    for (const setting of settings) {
      this.leftOut(setting, message)
    }
  }

  /** For a setting that means nothing to the tool it was written for either. */
  withoutEffect(setting: Setting, why: string): void {
    const text = shortened(asWritten(setting))
    this.#add({ ...setting.at, kind: 'remark', setting: text, message: `has no effect: ${why}` }, [setting])
  }

  /** `settings`: those that the remark is about, where they are more than the one at its place. */
  remark(at: Place, message: string, settings: Iterable<Setting> = []): void {
    this.#accounted.push(at)
    this.#add({ ...at, kind: 'remark', setting: '', message }, settings)
  }

  /** For settings that need no note: they state what is so in any case, or something that the whole state follows from. */
  accountFor(...settings: readonly Setting[]): void {
    for (const setting of settings) {
      for (const place of placesOf(setting)) {
        this.#accounted.push(place)
      }
    }
  }

  /** The places of all settings that a note is about, or that need none. */
  get accounted(): readonly Place[] {
    return this.#accounted
  }

  /** In the order of `files`, and of places within each. */
  inOrderOf(files: readonly SourceText[]): readonly Note[] {
    const rank = new Map(files.map(({ file }, index) => [file, index]))
    const rankOf = ({ file }: Note): number => rank.get(file) ?? 0
    return [...this.#notes.values()].sort(
      (left, right) => rankOf(left) - rankOf(right) || left.line - right.line || left.column - right.column,
    )
  }

  #add(note: Note, settings: Iterable<Setting>): void {
    const text = JSON.stringify(note)
    if (!this.#notes.has(text)) {
      this.#notes.set(text, note)
    }
    this.accountFor(...settings)
  }
}

/** Where the setting is made, and its parts. */
export function placesOf({ at, parts = [] }: Setting): readonly Place[] {
  return [at, ...parts]
}

/** A setting whose value is overridden by this one has no effect; this says so. */
export function overriddenBy(setting: Setting): string {
  return `${shortened(asWritten(setting))} overrides it`
}

function asWritten({ name, text }: Setting): string {
  if (text === '') {
    return name.replace(/[:=]$/, '')
  }
  return name.endsWith('=') ? name + text : `${name} ${text}`
}

/** At most 120 characters: enough for any setting that is meant, and a line on a screen. */
function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** One thing that keeps a text from being read. */
export interface Fault extends Place {
  readonly message: string
}

/** After so many faults reading ends: the text is something else altogether. */
export const mostFaults = 100

/** The text is not what the tool it is said to be from would read. `faults` has at least one. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join('\n'))
    this.faults = faults
  }
}

/** `file:line:column: error: message`. */
export function formatFault({ file, line, column, message }: Fault): string {
  return visible(`${file}:${line}:${column}: error: ${message}`)
}
