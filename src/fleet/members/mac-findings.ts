/** What is wrong with the MAC addresses of a VNI. Pure. */
import { countOf, someOf } from '../../agent/facts/count-of.ts'
import type { FleetFinding } from './finding.ts'
import { mostMacsOfNode } from './mac-table.ts'
import { mostMoves, movesWithinMs } from './own-macs.ts'
import type { VniMacs } from './vni-macs.ts'

/** MAC addresses of all VNIs together that are handed over. */
export const mostMacs = 250_000

/** As many addresses at two places are findings of their own. */
const mostDuplicates = 20

export interface MacFacts {
  readonly self: string
  /** Hosts of which something cannot be read, and why not. */
  readonly unreadable: ReadonlyMap<string, string>
  /** Whether not all is handed over. */
  readonly isCut: boolean
}

export function macFindings(
  vni: number,
  { own, table }: Pick<VniMacs, 'own' | 'table'>,
  { self, unreadable, isCut }: MacFacts,
): FleetFinding[] {
  const finding = (
    code: FleetFinding['code'],
    nodes: readonly string[],
    message: string,
    subject: string,
  ): FleetFinding => ({ code, severity: 'error', vni, nodes, message: `VNI ${vni}: ${message}`, subject })
  const duplicates = own.duplicates
  const more = duplicates.length - mostDuplicates
  const found = duplicates.slice(0, mostDuplicates).map(({ mac, other, isOwn }) => {
    const message = isOwn
      ? `${self} and ${other ?? 'another host'} both have ${mac} as the address of their link or bridge, or of a machine: frames for it go to one of them alone; give one of the two another mac`
      : `${mac} has moved between ${self} and ${other ?? 'another host'} ${mostMoves} times within ${movesWithinMs / 1000} s: two machines have it, or a loop shows it at both. It is left where it was last: take one of the two away; it may move again then, or after vxagent fleet accept`
    return finding('duplicate-mac', other === undefined ? [self] : [self, other], message, mac)
  })
  if (more > 0) {
    found.push(
      finding(
        'duplicate-mac',
        [self],
        `${countOf(more, 'more address', 'more addresses')} of ${self} are at another host too`,
        'more',
      ),
    )
  }
  for (const [node, why] of unreadable) {
    const message = `MAC addresses of ${node} in the store cannot be read: ${why}; what was known of them stays: look at the version and the log of vxagent on ${node}`
    found.push(finding('bad-macs', [node], message, node))
  }
  if (table.tooMany.size > 0) {
    const message = `${someOf([...table.tooMany])} say more than ${mostMacsOfNode} MAC addresses: the rest is left out; look at what is behind them, or split the VNI`
    found.push(finding('too-many-macs', [...table.tooMany], message, 'node'))
  }
  if (own.isFull) {
    const message = `${self} has more than ${mostMacsOfNode} MAC addresses behind it: the others are not told of the rest; split the VNI`
    found.push(finding('too-many-macs', [self], message, 'own'))
  }
  if (isCut) {
    const message = `the VNIs of this host have more than ${mostMacs} MAC addresses together: some are left out, and frames for them are flooded; ask for those of fewer VNIs here`
    found.push(finding('too-many-macs', [], message, 'all'))
  }
  return found
}
