/** A link that is not ours and is to be a port of a declared bridge: attached, with its options set, and detached again. */
import type { DesiredPort } from '../model/desired-overlay.ts'
import type { OwnedPort } from '../model/owned.ts'
import { statedPortKeys } from '../model/stated-keys.ts'
import { type Action, joinPlans, type Plan } from './action.ts'
import { diffPort } from './diff-port.ts'
import type { LinkContext } from './link-context.ts'
import { defaultPvidOf } from './observed-spec.ts'

/** What to do for a declared port, or why nothing can be done. */
export function diffForeignPort(desired: DesiredPort, record: OwnedPort | undefined, context: LinkContext): Plan {
  const { link: name, master: masterName = '', spec, path } = desired
  const link = context.byName.get(name)
  const master = context.byName.get(masterName)
  if (link === undefined || master === undefined) {
    const absent = link === undefined ? name : masterName
    const reason = `${absent} does not exist; ${name} is attached to ${masterName} as soon as it appears`
    return joinPlans([{ obstacles: [{ link: name, kind: 'waiting', reason, path }] }])
  }
  const present = link.attributes.master
  const isThere = present === master.index
  const isOurDoing = record?.ifindex === link.index && context.byName.get(record.master)?.index === present
  if (present !== undefined && present !== 0 && !isThere && !isOurDoing) {
    const other = context.names.nameOf(present) ?? `${present}`
    const reason = `${name} belongs to ${other} already, to which vxagent did not attach it; detach it from ${other}, or take it out of the ports of ${masterName}`
    return joinPlans([{ obstacles: [{ link: name, kind: 'conflict', reason, path }] }])
  }
  const bridgeLink = isThere ? context.observed.bridgeLinks.get(link.index) : undefined
  const attach: Action[] = isThere
    ? []
    : [
        {
          kind: 'attachPort',
          link: name,
          ifindex: link.index,
          master: masterName,
          stated: statedPortKeys(spec),
          path,
          reason: 'declared as its port',
        },
      ]
  const before = isThere && record?.ifindex === link.index ? record.stated : []
  const options = diffPort(
    name,
    spec,
    before,
    { ...(isThere && { link }), ...(bridgeLink !== undefined && { bridgeLink }), defaultPvid: defaultPvidOf(master) },
    context.names,
  )
  return joinPlans([{ actions: [...attach, ...options.map((option) => ({ path, ...option }))] }])
}

/** Detaches what we attached and no file names any more, as long as it is where we put it. */
export function detachSurplus(name: string, record: OwnedPort, { byName, overlay, observed }: LinkContext): Action[] {
  const link = observed.links.get(record.ifindex)
  const master = byName.get(record.master)
  const present = link?.attributes.ifname ?? ''
  // The link that was attached may have another name now, and another link its name.
  const isStated = overlay.ports.get(present)?.master === record.master
  if (isStated || link === undefined || master === undefined || link.attributes.master !== master.index) {
    return []
  }
  const reason =
    present === name
      ? 'no desired file names it as a port any more'
      : `it was attached as ${name} and is ${present} now`
  return [{ kind: 'detachPort', link: name, ifindex: link.index, master: record.master, reason }]
}
