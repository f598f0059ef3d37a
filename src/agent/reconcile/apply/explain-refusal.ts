/** What the kernel's refusal of an action means to a person, and which key of the file it is about. */
import { getSystemErrorMap } from 'node:util'
import { KernelError } from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import { dstportOf } from '../../desired/schema.ts'
import { SysctlError } from '../../host/sysctls.ts'
import type { Action } from '../plan/action.ts'
import { EntriesRefused } from './perform-entries.ts'
import { refusals } from './refusals/refusals.ts'
import { isLinkAction, type Names, type RefusalRow } from './refusals/row.ts'
import { refusedPlace } from './refused-place.ts'

/** A refusal with what can be done about it. */
export class ExplainedRefusal extends Error {
  override readonly name = 'ExplainedRefusal'
  /** The errno's symbol. */
  readonly code: string

  constructor(cause: Error & { readonly code: string }, hint: string) {
    super(`${cause.message}; ${hint}`, { cause })
    this.code = cause.code
  }
}

type Refusal = KernelError | EntriesRefused | SysctlError

/** The error as a person should read it, and the place in the files if it is narrower than the action's. */
export function explainRefusal(action: Action, error: Error): { readonly error: Error; readonly path?: Path } {
  if (!isRefusal(error)) {
    return { error }
  }
  const row = rowFor(action, error)
  const path =
    refusedPlace(action, error) ?? placeOf(action, row) ?? (error instanceof EntriesRefused ? error.path : undefined)
  const hint = row === undefined ? fallback(error) : row.cure(namesIn(action))
  return {
    error: hint === undefined ? error : new ExplainedRefusal(error, hint),
    ...(path !== undefined && { path }),
  }
}

/** An error of the kernel that comes of no action, or of a part of one, with what it means. */
export function explainAlone(error: Error): Error {
  const hint = isRefusal(error) ? fallback(error) : undefined
  return isRefusal(error) && hint !== undefined ? new ExplainedRefusal(error, hint) : error
}

function isRefusal(error: Error): error is Refusal {
  return error instanceof KernelError || error instanceof EntriesRefused || error instanceof SysctlError
}

function kernelMessageOf(error: Refusal): string | undefined {
  const refused = error instanceof EntriesRefused ? error.cause : error
  return refused instanceof KernelError ? refused.refusal.kernelMessage : undefined
}

/** The first row of the table that is meant. With a sentence of the kernel that is one for this sentence. */
export function rowFor(action: Action, error: Refusal): RefusalRow | undefined {
  const kernelMessage = kernelMessageOf(error)
  return refusals.find(
    (row) =>
      row.code === error.code &&
      (row.says === undefined ? kernelMessage === undefined : kernelMessage?.includes(row.says) === true) &&
      (!(error instanceof SysctlError) || row.isBySysctl === true) &&
      row.isMeant({ action, kernelMessage }),
  )
}

/** What nobody has explained yet: never the errno alone. The kernel's own sentence says enough, as that of a sysctl does. */
function fallback(error: Refusal): string | undefined {
  if (error instanceof SysctlError || kernelMessageOf(error) !== undefined) {
    return undefined
  }
  const meaning = [...getSystemErrorMap().values()].find(([name]) => name === error.code)?.[1]
  const said = meaning === undefined ? 'the kernel says no more' : `that is "${meaning}", and the kernel says no more`
  return `${said}: see journalctl -k for what it logged, and docs/reference/errors.md`
}

function placeOf(action: Action, row: RefusalRow | undefined): Path | undefined {
  if (!('wanted' in action) || row?.key === undefined) {
    return undefined
  }
  const { spec, path } = action.wanted
  return row.key in spec ? [...path, row.key] : undefined
}

/** What an action is about, in the words of its files. */
function namesIn(action: Action): Names {
  const { link } = action
  const wanted = isLinkAction(action) ? action.wanted : undefined
  const master = action.kind === 'attachPort' ? action.master : wanted?.spec.master
  const mtu = action.kind === 'changeLink' ? action.changes.find(({ attribute }) => attribute === 'mtu')?.to : undefined
  return {
    link,
    dev: (wanted?.kind === 'vxlan' ? wanted.spec.dev : undefined) ?? 'the underlay device',
    master: master ?? 'the bridge',
    dstport: wanted?.kind === 'vxlan' ? `${dstportOf(wanted.spec)}` : 'of the link',
    mtu: `${mtu ?? wanted?.spec.mtu}`,
  }
}
