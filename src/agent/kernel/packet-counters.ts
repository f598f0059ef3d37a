/** How many packets links and VNIs have carried. */
import type { LinkStats, RtnetlinkClient, VnifilterEntry } from '../../rtnetlink/index.ts'
import type { Observed } from './observed.ts'
import { vxlanData } from './vxlan-link.ts'

/** Of one VNI. */
export type VniStats = NonNullable<VnifilterEntry['stats']>

/** Of links, by ifindex. Rejects as the client does. */
export async function linkCounters(
  client: Pick<RtnetlinkClient, 'listLinks'>,
  isMeant: (index: number) => boolean,
): Promise<Map<number, LinkStats>> {
  const links = await client.listLinks({ withStats: true })
  return new Map(
    links.flatMap(({ index, attributes: { stats64 } }) =>
      stats64 === undefined || !isMeant(index) ? [] : [[index, stats64] as const],
    ),
  )
}

/** Of all vxlans, by ifindex. */
export function vxlanCounters(
  client: Pick<RtnetlinkClient, 'listLinks'>,
  { links }: Pick<Observed, 'links'>,
): Promise<Map<number, LinkStats>> {
  return linkCounters(client, (index) => vxlanData(links.get(index)) !== undefined)
}

/** Of links that filter VNIs: by ifindex, then by VNI. */
export async function vniCounters(
  client: Pick<RtnetlinkClient, 'listVnis'>,
  { vnis }: Pick<Observed, 'vnis'>,
): Promise<Map<number, Map<number, VniStats>>> {
  const stats = new Map<number, Map<number, VniStats>>()
  if (vnis.size === 0) {
    return stats
  }
  for (const { ifindex, attributes } of await client.listVnis({ withStats: true })) {
    const table = stats.get(ifindex) ?? new Map<number, VniStats>()
    stats.set(ifindex, table)
    for (const { start, stats: counted } of attributes.entries ?? []) {
      if (start !== undefined && counted !== undefined) {
        table.set(start, counted)
      }
    }
  }
  return stats
}
