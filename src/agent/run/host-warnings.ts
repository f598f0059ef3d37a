/** What a valid desired state meets on this host, as far as a look without privileges can tell. */
import { type Link, RtnetlinkClient, SystemCallError } from '../../rtnetlink/index.ts'
import { excerpt, type Issue } from '../desired/issue.ts'
import type { LoadedDesired } from '../desired/load.ts'
import { emptyObserved } from '../kernel/observed.ts'
import { wantedMtu } from '../words/mtu.ts'

/**
 * A warning for each stated MTU that the underlay device here does not carry. A device that is not here is not warned of: the
 * files may be meant for another host. Without netlink (in some containers) there are none.
 */
export async function hostWarnings(loaded: Pick<LoadedDesired, 'state' | 'locate'>): Promise<Issue[]> {
  const observed = emptyObserved()
  for (const link of await listLinks()) {
    observed.links.set(link.index, link)
  }
  const byName = new Map(Array.from(observed.links.values(), (link) => [link.attributes.ifname ?? '', link]))
  return Object.entries(loaded.state.vxlans).flatMap(([name, spec]): Issue[] => {
    const { notice } = wantedMtu(spec, { byName })
    const position = loaded.locate(['vxlans', name, 'mtu'])
    if (notice === undefined || position === undefined) {
      return []
    }
    const text = excerpt(`${spec.mtu}`)
    return [
      {
        severity: 'warning',
        code: 'mtu-above-underlay',
        ...position,
        path: `vxlans.${name}.mtu`,
        text,
        message: `on this host, ${name}: ${notice}`,
      },
    ]
  })
}

async function listLinks(): Promise<Link[]> {
  let client: RtnetlinkClient
  try {
    client = new RtnetlinkClient()
  } catch (error) {
    if (error instanceof SystemCallError) {
      return []
    }
    throw error
  }
  try {
    return await client.listLinks()
  } finally {
    client.close()
  }
}
