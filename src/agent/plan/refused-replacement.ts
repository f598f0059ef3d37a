/** A replacement that `replace` forbids: why, and what is left of the plan without it. */
import type { VxlanSpec } from '../desired/schema.ts'
import type { DesiredLink } from '../model/desired-overlay.ts'
import type { ActionOf, AttributeChange, Obstacle } from './action.ts'
import { describeChanges, describeTakenAlong } from './describe-action.ts'
import type { LinkContext } from './link-context.ts'

/** Undefined: nothing forbids it. */
export function refusedReplacement(
  { link, wanted, forcedBy, takesAlong }: ActionOf<'replaceLink'>,
  { replace }: Pick<LinkContext, 'replace'>,
): Obstacle | undefined {
  const { replace: stated } = wanted.spec as VxlanSpec
  const policy = stated ?? replace
  const lost = takesAlong.filter(({ isMadeAgain }) => isMadeAgain !== true)
  if (policy === 'always' || (policy === 'lossless' && lost.length === 0)) {
    return undefined
  }
  const what = `${describeChanges(forcedBy)} takes a replacement of ${link}, since the kernel cannot change that on a live link`
  const said = stated === undefined ? `--replace ${policy}` : `replace: ${policy}`
  const why = policy === 'never' ? `${said} forbids it` : `it ${describeTakenAlong(lost)}, which ${said} forbids`
  const wayOut =
    stated === undefined
      ? `state replace: always for ${link}, or run with --replace always`
      : `state replace: always instead`
  const first = policy === 'never' ? '' : `remove ${lost.length === 1 ? 'that' : 'those'}, or `
  const reason = `${what}, and ${why}; ${first}${wayOut}, or take the change out of the desired state`
  const [{ attribute } = { attribute: '' }] = forcedBy
  return { link, kind: 'conflict', reason, path: [...wanted.path, attribute] }
}

const withPresent = new WeakMap<VxlanSpec, { readonly values: string; readonly spec: VxlanSpec }>()

/** The link as desired, but for keys that the kernel cannot change: those as they are. Made once for each state of these. */
export function withoutForced(desired: DesiredLink, forcedBy: readonly AttributeChange[]): DesiredLink {
  const declared = desired.spec as VxlanSpec
  const values = JSON.stringify(forcedBy.map(({ attribute, from }) => [attribute, from]))
  const known = withPresent.get(declared)
  if (known?.values === values) {
    return { ...desired, spec: known.spec } as DesiredLink
  }
  const kept = new Map(forcedBy.map(({ attribute, from }) => [attribute, from]))
  const entries = Object.entries(declared).filter(([key]) => !kept.has(key))
  const present = [...kept].filter(([, value]) => value !== undefined)
  const { vnis, ...rest } = Object.fromEntries([...entries, ...present]) as VxlanSpec
  const spec = vnis === undefined || rest.vnifilter !== true ? rest : { ...rest, vnis }
  withPresent.set(declared, { values, spec })
  return { ...desired, spec } as DesiredLink
}
