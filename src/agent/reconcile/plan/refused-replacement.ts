/** A replacement that `replace` forbids: why, and what is left of the plan without it. */
import type { DesiredVxlan } from '../../desired/overlay.ts'
import type { VxlanSpec } from '../../desired/schema.ts'
import type { LinkChange, LinkValues } from '../../words/link-values.ts'
import { changedFrom, pickBy, statable } from '../../words/values.ts'
import type { ActionOf, Obstacle, Plan } from './action.ts'
import { describeChanges, describeTakenAlong } from './describe-action.ts'
import type { PlanContext } from './plan-context.ts'

/** Undefined: nothing forbids it. */
export function refusedReplacement(
  { link, wanted, forcedBy, takesAlong }: ActionOf<'replaceLink'>,
  { replace }: Pick<PlanContext, 'replace'>,
): Obstacle | undefined {
  const { replace: stated } = wanted.spec
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

/** Keys that force a replacement only where the underlay changes between IPv4 and IPv6. */
const familyKeys: ReadonlySet<string> = new Set(['group', 'remote', 'local'])

/** Where that is so, the stated VTEPs are of the other family: the link that stays could take none of them, and keeps those that it has. */
function changesFamily(forcedBy: readonly LinkChange[]): boolean {
  return forcedBy.some(({ attribute }) => familyKeys.has(attribute))
}

/** The rest of a plan without removals of VTEPs whose successors the link that stays cannot take. */
export function withoutRemovals(rest: Plan, forcedBy: readonly LinkChange[]): Plan {
  const isKept = (action: Plan['actions'][number]): boolean => action.kind !== 'removeEntries' || action.table !== 'fdb'
  return changesFamily(forcedBy) ? { ...rest, actions: rest.actions.filter(isKept) } : rest
}

const forwardingKeys: ReadonlySet<string> = new Set(['remotes', 'fdb', 'fdb_exclusive'])

const withPresent = new WeakMap<VxlanSpec, { readonly values: string; readonly spec: VxlanSpec }>()

/** The link as desired, but for keys that the kernel cannot change: those as they are. Made once for each state of these. */
export function withoutForced(desired: DesiredVxlan, forcedBy: readonly LinkChange[]): DesiredVxlan {
  const declared = desired.spec
  const present = changedFrom<LinkValues>(forcedBy)
  const values = JSON.stringify(Object.entries(present))
  const known = withPresent.get(declared)
  if (known?.values === values) {
    return { ...desired, spec: known.spec }
  }
  const isFit = (key: string): boolean => !(changesFamily(forcedBy) && forwardingKeys.has(key))
  const { vnis, ...rest }: VxlanSpec = statable({ ...pickBy(declared, isFit), ...present })
  const spec = vnis === undefined || rest.vnifilter !== true ? rest : { ...rest, vnis }
  withPresent.set(declared, { values, spec })
  return { ...desired, spec }
}
