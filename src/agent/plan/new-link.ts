/** The plan for a declared link that is not there. */
import type { VxlanSpec } from '../desired/schema.ts'
import type { OwnedLink } from '../model/owned.ts'
import type { Plan } from './action.ts'
import { diffAddresses } from './diff-addresses.ts'
import type { LinkContext } from './link-context.ts'
import { wantedMtu } from './mtu.ts'
import { foreignVniHolder } from './vni-holder.ts'

/** Create it, or say what must come first. */
export function planNewLink(name: string, spec: VxlanSpec, record: OwnedLink | undefined, context: LinkContext): Plan {
  if (spec.dev !== undefined && !context.byName.has(spec.dev)) {
    const reason = context.isDesired(spec.dev)
      ? `its underlay device ${spec.dev} has not been created yet`
      : `its underlay device ${spec.dev} does not exist; it is created as soon as ${spec.dev} appears`
    return { actions: [], notices: [], obstacles: [{ link: name, kind: 'waiting', reason }] }
  }
  const obstacle = foreignVniHolder(name, spec, context)
  if (obstacle !== undefined) {
    return { actions: [], notices: [], obstacles: [obstacle] }
  }
  const { mtu, notice } = wantedMtu(spec, context)
  const mac = spec.mac ?? record?.mac
  const reason = record?.ifindex === undefined ? 'declared, absent' : 'declared, but it is gone'
  return {
    actions: [
      {
        kind: 'createLink',
        link: name,
        spec,
        ...(mac !== undefined && { mac }),
        ...(mtu !== undefined && { mtu }),
        reason,
      },
      ...diffAddresses(name, spec, undefined, [], undefined),
    ],
    obstacles: [],
    notices: notice === undefined ? [] : [{ link: name, message: notice }],
  }
}
