/** A vxlan's own destination (`group` or `remote`) against the files: one that goes, and why. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredVxlan } from '../../desired/overlay.ts'
import { statedEntries } from '../../desired/remote-parts.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { defaultFdbKey } from '../../kernel/own-destination.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import type { OwnedLink } from '../../record/owned.ts'
import { viasOf, wantedFdb } from '../../words/fdb-entry.ts'
import { presentRemote, wantedValues } from '../../words/link-values.ts'
import type { PlanContext } from './plan-context.ts'

type NamedLinks = Pick<PlanContext, 'byName' | 'names'>

/**
 * The destination that a link has by other hands, although a file states where its floods go and does not name it: the kernel floods
 * there, too. It is drift, unlike other settings that no file states. One that the file lists among `remotes` is the same entry to the
 * kernel, and stays.
 */
export function strayRemote(
  { spec, path }: DesiredVxlan,
  link: Link,
  { byName, names }: NamedLinks,
): string | undefined {
  const { remote } = presentRemote(link)
  if (remote === undefined || spec.group !== undefined || spec.remote !== undefined || !statesFloods(spec)) {
    return undefined
  }
  if (viasOf(spec).some((via) => !byName.has(via))) {
    // Its entries wait for an interface, so they cannot be compared yet.
    return undefined
  }
  return wantedFdb(spec, path, names).has(defaultFdbKey(remote, deviceOf(link))) ? undefined : remote
}

/** The destination that a link has and loses with the plan: another is wanted, or none. */
export function leavingRemote(
  desired: DesiredVxlan,
  record: OwnedLink | undefined,
  link: Link,
  context: NamedLinks,
): string | undefined {
  const { remote } = presentRemote(link)
  if (remote === undefined) {
    return undefined
  }
  const wanted = wantedValues(desired, record)
  const isStated = 'group' in wanted || 'remote' in wanted
  const isKept = remote === (wanted.group ?? wanted.remote)
  return isStated && !isKept ? remote : strayRemote(desired, link, context)
}

/** The ifindex of a vxlan's underlay device. */
export function deviceOf(link: Link): number | undefined {
  return vxlanData(link)?.link
}

const floodsStated = new WeakMap<object, boolean>()

/** Whether a file says where floods of the link go: by a list, or in that nothing else may be there. Found once for each spec. */
function statesFloods(spec: DesiredVxlan['spec']): boolean {
  let isStated = floodsStated.get(spec)
  if (isStated === undefined) {
    const { remotes, fdb: listed, fdb_exclusive: isExclusive } = spec
    const fdb = statedEntries(listed)
    isStated = remotes !== undefined || isExclusive === true || fdb.some(({ mac }) => mac === zeroMac)
    floodsStated.set(spec, isStated)
  }
  return isStated
}
