/** /etc/network/interfaces of ifupdown2 and ifupdown-ng → stanzas with their options. Source: interfaces(5), networkinterfaces.py of ifupdown2. */
import { type Fault, ImportError, mostFaults, type Notes, type Setting, type SourceText } from '../source.ts'

/** One option of a stanza. Underscores are hyphens to both tools. */
export interface Option {
  readonly key: string
  readonly setting: Setting
}

/** `iface NAME …` and what stands below it. */
export interface Stanza {
  readonly name: string
  /** What stands behind the name, such as `inet dhcp`. */
  readonly method: readonly string[]
  readonly setting: Setting
  readonly options: readonly Option[]
}

/** The stanzas of one file. Throws ImportError with every fault. */
export function parseInterfaces({ file, text }: SourceText, notes: Notes): Stanza[] {
  const stanzas: (Stanza & { readonly options: Option[] })[] = []
  const faults: Fault[] = []
  let isInStanza = false
  for (const { content, line, column } of logicalLines(text)) {
    const at = { file, line, column }
    const [word = '', ...words] = content.split(/\s+/)
    const value = content.slice(word.length).trim()
    const setting: Setting = { name: word, text: value, at }
    const [name, ...method] = words
    const stanza = stanzas.at(-1)
    if (word === 'iface' && name !== undefined) {
      stanzas.push({ name, method, setting: { ...setting, text: name }, options: [] })
      isInStanza = true
    } else if (word === 'source' || word === 'source-directory') {
      notes.remark(at, `${word} ${value} is not followed; give these files too`)
      isInStanza = false
    } else if (word === 'auto' || word === 'no-auto-down' || /^allow-/.test(word)) {
      notes.accountFor(setting)
      isInStanza = false
    } else if (word === 'mapping' || word === 'vlan' || word === 'template') {
      notes.leftOut(setting, 'this import reads no such stanzas')
      isInStanza = false
    } else if (isInStanza && stanza !== undefined) {
      const key = word.replaceAll('_', '-')
      stanza.options.push({
        key,
        setting: { name: `iface ${stanza.name}: ${word}`, text: value.replaceAll('$IFACE', stanza.name), at },
      })
    } else if (stanza === undefined && faults.length < mostFaults) {
      faults.push({ ...at, message: `"${word}" stands before the first iface` })
    } else {
      notes.leftOut(setting, 'it stands in no iface stanza')
    }
  }
  if (faults.length > 0) {
    throw new ImportError(faults)
  }
  return stanzas
}

/** Lines without comments and empty ones; a backslash at the end of one joins the next to it. */
function* logicalLines(
  text: string,
): Generator<{ readonly content: string; readonly line: number; readonly column: number }> {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const first = index
    const raw = lines[first] as string
    let content = raw
    while (content.endsWith('\\') && index + 1 < lines.length) {
      index += 1
      content = `${content.slice(0, -1)} ${lines[index]}`
    }
    const trimmed = content.replace(/\\$/, '').trim()
    if (trimmed !== '' && !trimmed.startsWith('#')) {
      yield { content: trimmed, line: first + 1, column: raw.length - raw.trimStart().length + 1 }
    }
  }
}
