/** An explanation with the names of the members of the fleet whose VTEPs are in it. Pure. */
import type { Explanation } from '../../answers/explanation.ts'
import { someOf } from '../../facts/count-of.ts'
import type { MemberAt } from '../../fleet/member-at.ts'

export function withMembers(explanation: Explanation, memberAt: MemberAt): Explanation {
  const { packets, steps, fate } = explanation
  const found = packets.map((packet) => ({ packet, member: memberAt(packet.vni, packet.remote, packet.dstport) }))
  const known = found.flatMap(({ packet, member }) =>
    member === undefined ? [] : [`${packet.remote} is ${member.node}`],
  )
  if (known.length === 0) {
    return explanation
  }
  const gone = found.flatMap(({ member }) =>
    member?.state === 'gone' ? [`${member.node} is gone from the fleet since ${member.goneSince}`] : [],
  )
  const why = fate === 'flood' ? ', as the fleet says' : ''
  const text = [`${someOf([...new Set(known)])}${why}`, ...new Set(gone)].join('; ')
  return {
    ...explanation,
    packets: found.map(({ packet, member }) => (member === undefined ? packet : { ...packet, node: member.node })),
    steps: [...steps, { table: 'fleet', text }],
  }
}
