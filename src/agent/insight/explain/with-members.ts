/** An explanation with the names of the members of the fleet whose VTEPs are in it. Pure. */
import type { Explanation } from '../../answers/explanation.ts'
import { someOf } from '../../facts/count-of.ts'
import type { MemberAt } from '../../fleet/member-at.ts'

export function withMembers(explanation: Explanation, memberAt: MemberAt): Explanation {
  const { vxlan, packets, steps, fate } = explanation
  if (vxlan === undefined) {
    return explanation
  }
  const named = packets.map((packet) => {
    const node = memberAt(vxlan, packet.remote)?.node
    return node === undefined ? packet : { ...packet, node }
  })
  const known = named.flatMap(({ node, remote }) => (node === undefined ? [] : [`${remote} is ${node}`]))
  if (known.length === 0) {
    return explanation
  }
  const why = fate === 'flood' ? ', a destination of floods since the fleet says that it is there' : ''
  const gone = packets.flatMap(({ remote }) => {
    const member = memberAt(vxlan, remote)
    return member?.state === 'gone' ? [`${member.node} is gone from the fleet since ${member.goneSince}`] : []
  })
  const text = [`${someOf(known)}${why}`, ...gone].join('; ')
  return { ...explanation, packets: named, steps: [...steps, { table: 'fleet', text }] }
}
