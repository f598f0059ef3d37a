/** An overlay as gathered → one that is a valid desired state: what breaks a rule is taken out, and named. */
import { checkDesired } from '../../desired/checks.ts'
import type { Finding, Path } from '../../desired/finding.ts'
import { readShape } from '../../desired/shape.ts'
import type { Draft } from './draft.ts'
import type { Overlay } from './overlay.ts'

/** Takes out what `vxagent validate` would refuse: the other tool may accept it, or its files may be wrong. */
export function settle(overlay: Overlay): void {
  // Each round takes out something, and there is but so much.
  for (let errors = errorsOf(overlay); errors.length > 0; errors = errorsOf(overlay)) {
    // Of several at one place the first one takes it out.
    const places = new Map(errors.toReversed().map((error) => [JSON.stringify(error.path), error]))
    for (const error of [...places.values()].toReversed()) {
      takeOut(overlay, error)
    }
  }
}

function errorsOf(overlay: Overlay): Finding[] {
  const { declarations, findings } = readShape(overlay.toState())
  return [...findings, ...checkDesired(declarations, () => 'the same files')].filter(
    ({ severity, path }) => severity === 'error' && overlay.has(String(path[1])),
  )
}

/** Takes out the entry or the key that the error is about; the whole link, where it is about what makes it one, or about something that is missing. */
function takeOut(overlay: Overlay, { code, path, message, suggestion }: Finding): void {
  const why = suggestion === undefined ? message : `${message}; ${suggestion}`
  const [, link, ...rest] = path
  const { draft, key, index } = draftAt(overlay, String(link), rest)
  const mayGo = key !== 'id' || code === 'id-and-external'
  if (key !== undefined && mayGo && draft?.has(key)) {
    draft.withdraw(key, why, index)
  } else {
    overlay.drop(String(link), why)
  }
}

interface InDraft {
  readonly draft: Draft<string> | undefined
  readonly key: string | undefined
  readonly index: number | undefined
}

/** The way from a link to a value, as options of a port stand apart here. */
function draftAt(overlay: Overlay, link: string, [key, ...below]: Path): InDraft {
  if (key === 'port' || key === 'ports') {
    const [name, ...rest] = key === 'port' ? [link, ...below] : below
    return { draft: overlay.port(String(name)), ...keyAndIndex(rest) }
  }
  const draft = overlay.findVxlan(link) ?? overlay.findBridge(link)
  return { draft, ...keyAndIndex(key === undefined ? [] : [key, ...below]) }
}

function keyAndIndex([key, index]: Path): Pick<InDraft, 'key' | 'index'> {
  return { key: key === undefined ? undefined : String(key), index: typeof index === 'number' ? index : undefined }
}
