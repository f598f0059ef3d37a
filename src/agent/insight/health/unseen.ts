/** What no check can see from this end. Pure. */
import { someOf } from '../../facts/count-of.ts'
import { isFresh } from '../../fleet/heard-probes.ts'
import type { HealthFacts } from './facts.ts'

/** A sentence each, of what concerns this host. */
export function unseenBy({ vxlans, ways, groups, remotes: all, probes }: HealthFacts): string[] {
  if (vxlans.length === 0) {
    return []
  }
  const remotes = new Map<string, number>()
  for (const { ifname, vni } of all) {
    const key = `${ifname} ${vni}`
    remotes.set(key, (remotes.get(key) ?? 0) + 1)
  }
  const hasMany = [...remotes.values()].some((count) => count > 1)
  const elsewhere = vxlans.filter(({ isUnderlayHere }) => !isUnderlayHere).map(({ name }) => name)
  return [
    ...(elsewhere.length > 0 ? [`The underlay of ${someOf(elsewhere)}: it is in another network namespace.`] : []),
    ...(areProbed(vxlans, probes)
      ? ['What stops some frames and not others: a probe is one UDP packet, between addresses of the hosts themselves.']
      : [
          'VNI, UDP port and MTU of the other end: a difference shows as silence only.',
          'A smaller MTU on the way: it shows only once a router has reported it, and switches never do. ping -M do -s SIZE finds it.',
          'Firewalls and reverse-path filters of other hosts, and packet filters of this one.',
        ]),
    ...(groups.length > 0
      ? ['What switches do with multicast groups: one that is dropped shows as silence only.']
      : []),
    ...(hasMany && !areProbed(vxlans, probes)
      ? ['One silent VTEP among several of a VNI: the kernel counts per VNI, so the others hide it.']
      : []),
    ...(ways.some(({ path }) => path.gateway !== undefined)
      ? ['Whether a VTEP behind a gateway is there: only the gateway is asked.']
      : []),
    ...(ways.some(({ remote }) => remote.sources.has('static'))
      ? ['A static entry that leads to the wrong VTEP: the frames that its machine sends are dropped without a trace.']
      : []),
  ]
}

/** Whether fresh probes say something of every member of the VNI of every vxlan. */
function areProbed(vxlans: HealthFacts['vxlans'], probes: HealthFacts['probes']): boolean {
  const known = new Set(
    probes === undefined || !isFresh(probes)
      ? []
      : probes.summary.vnis.flatMap(({ vni, unknown, reachable }) => (unknown === 0 && reachable > 0 ? [vni] : [])),
  )
  return vxlans.every(({ data }) => data.id !== undefined && known.has(data.id))
}
