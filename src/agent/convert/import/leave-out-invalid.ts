/** An overlay as gathered → one that is a valid desired state: what breaks a rule is taken out, and named. */
import { checkDesired } from '../../desired/checks.ts'
import type { Finding, Path } from '../../desired/finding.ts'
import { readShape } from '../../desired/shape.ts'
import { takeOutInvalid } from '../take-out-invalid.ts'
import type { Draft } from './draft.ts'
import type { Overlay } from './overlay.ts'

/** Takes out what `vxagent validate` would refuse: the other tool may accept it, or its files may be wrong. */
export function leaveOutInvalid(overlay: Overlay): void {
  takeOutInvalid({
    errors: () => errorsOf(overlay),
    placeOf: keyOrEntry,
    takeOut: (error) => takeOut(overlay, error),
  })
}

function errorsOf(overlay: Overlay): Finding[] {
  const { declarations, findings } = readShape(overlay.toState())
  return [...findings, ...checkDesired(declarations, 'absent', () => 'the same files')].filter(
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

/** The way to what can be taken out: a key of a link or of a port, or an entry of its list. */
function keyOrEntry(path: Path): Path {
  const keyAt = path[2] === 'ports' ? 4 : path[2] === 'port' ? 3 : 2
  return path.slice(0, typeof path[keyAt + 1] === 'number' ? keyAt + 2 : keyAt + 1)
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
