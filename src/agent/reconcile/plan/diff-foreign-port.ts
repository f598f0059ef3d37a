/** A link that is not ours and is to be a port of a declared bridge: attached, with its options set, and detached again. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredPort } from '../../desired/overlay.ts'
import { statedPortKeys } from '../../desired/stated-keys.ts'
import type { OwnedPort } from '../../record/owned.ts'
import { defaultPvidOf } from '../../words/observed-spec.ts'
import { type Action, joinPlans, type Plan } from './action.ts'
import { diffPort } from './diff-port.ts'
import type { PlanContext } from './plan-context.ts'

/** What to do for a declared port, or why nothing can be done. */
export function diffForeignPort(desired: DesiredPort, record: OwnedPort | undefined, context: PlanContext): Plan {
  const { link: name, master: masterName = '', spec, path } = desired
  // A link that vxagent made and that somebody gave this name is about to go.
  const bearer = context.byName.get(name)
  const link = bearer !== undefined && context.madeAs(bearer) === undefined ? bearer : undefined
  const master = context.byName.get(masterName)
  if (link === undefined || master === undefined) {
    const absent = link === undefined ? name : masterName
    const reason = `${absent} does not exist; ${name} is attached to ${masterName} as soon as it appears`
    const waitsFor = { link: absent, isDeclared: context.isDesired(absent) }
    return joinPlans([{ obstacles: [{ link: name, kind: 'waiting', reason, waitsFor, path }] }])
  }
  const present = link.attributes.master
  const isThere = present === master.index
  const isOurDoing = Object.values(context.owned.ports).some((each) => isWhereWePutIt(each, link, context))
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
          masterIfindex: master.index,
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
  return joinPlans([{ actions: [...attach, ...options.map((option) => ({ path, ifindex: link.index, ...option }))] }])
}

/** Detaches what we attached and no file names any more, as long as it is where we put it. */
export function detachSurplus(name: string, record: OwnedPort, context: PlanContext): Action[] {
  const { byName, overlay, observed } = context
  const link = observed.links.get(record.ifindex)
  const present = link?.attributes.ifname ?? ''
  const wanted = overlay.ports.get(present)?.master ?? ''
  // The link that was attached may have another name now, and another link its name. By its new name it has a record of its own as soon as
  // it goes to another bridge. Under the same name it is detached first: this record is not overwritten while it holds.
  const movesAtOnce = present !== name && byName.has(wanted)
  if (wanted === record.master || movesAtOnce || link === undefined || !isWhereWePutIt(record, link, context)) {
    return []
  }
  // Nothing is declared: vxagent teardown, whatever the files say, or files that say so.
  const why =
    overlay.links.size + overlay.ports.size === 0
      ? 'vxagent attached it, and nothing is to be left of what it made'
      : 'no desired file names it as a port any more'
  const reason = present === name ? why : `it was attached as ${name} and is ${present} now`
  return [{ kind: 'detachPort', link: name, ifindex: link.index, master: record.master, reason }]
}

/** Whether a link is in the very bridge to which vxagent attached it, whatever that is called now. */
function isWhereWePutIt({ ifindex, master, masterIfindex }: OwnedPort, link: Link, { bearers }: PlanContext): boolean {
  // Records of earlier versions have the name only.
  const bridge = masterIfindex ?? bearers.get(master)?.index
  return ifindex === link.index && bridge !== undefined && link.attributes.master === bridge
}
