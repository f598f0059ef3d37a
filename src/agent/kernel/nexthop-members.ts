/** The VTEPs of a nexthop group. Source: net/ipv4/nexthop.c: a forwarding entry takes groups of nexthops that were made with `fdb` only. */
import { KernelError, type Nexthop, type RtnetlinkClient } from '../../rtnetlink/index.ts'

/** Nexthop objects by id. */
export type Nexthops = ReadonlyMap<number, Nexthop>

/** All of this host; of a kernel that has none (before 5.3), or does not let them be read, undefined. */
export async function listNexthops(client: Pick<RtnetlinkClient, 'listNexthops'>): Promise<Nexthops | undefined> {
  try {
    const found = await client.listNexthops()
    return new Map(found.map((nexthop) => [nexthop.attributes.id ?? 0, nexthop]))
  } catch (error) {
    if (error instanceof KernelError) {
      return undefined
    }
    throw error
  }
}

/** The addresses of a group's members; undefined for a group that is not known. */
export function nexthopMembers(id: number, nexthops: Nexthops): string[] | undefined {
  return nexthops.get(id)?.attributes.group?.flatMap((member) => nexthops.get(member.id)?.attributes.gateway ?? [])
}
