/** How a tunnel stands, in words that promise no more than was looked at. Pure. */
import type { Tunnel, UnderlayPath } from './tunnel.ts'

/** What is wrong with a tunnel; undefined when nothing is known to be. */
export function tunnelProblem({ underlay, membership, remote }: Tunnel): string | undefined {
  if (membership === 'not joined') {
    return `${remote} is not joined on ${underlay.dev ?? 'any device'}: what others flood does not arrive here`
  }
  return underlay.problem ?? (underlay.isResolved ? undefined : 'not resolved')
}

/**
 * What is known of a tunnel that nothing is known to be wrong with. Of a VTEP behind a gateway it is the gateway's word alone: whether the
 * VTEP is there is not seen in the neighbour table.
 * @param age how long ago a moment is, as `3s`
 */
export function tunnelKnowledge({ membership, underlay }: Tunnel, age: (moment: string) => string): string {
  return membership ?? nextHopKnowledge(underlay, age)
}

/** What the kernel knows of the next hop: confirmed, unconfirmed, or not asked. */
export function nextHopKnowledge(
  { neighbour, confirmedAt, gateway }: UnderlayPath,
  age: (moment: string) => string,
): string {
  const who = gateway === undefined ? '' : 'gateway '
  switch (neighbour) {
    case undefined:
      return 'not looked at'
    case 'noarp':
      return 'routed, no next hop to ask'
    case 'permanent':
      return `${who}set by hand, never asked`
    case 'none':
      return `${who}not asked yet`
    default: {
      const isConfirmed = neighbour === 'reachable'
      const word = isConfirmed ? 'confirmed' : 'unconfirmed'
      return confirmedAt === undefined
        ? `${who}${word}`
        : `${who}${word} ${isConfirmed ? '' : 'for '}${age(confirmedAt)}${isConfirmed ? ' ago' : ''}`
    }
  }
}
