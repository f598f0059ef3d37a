/** What a valid desired state meets on this host, as far as a look without privileges can tell. */
import { RtnetlinkClient, SystemCallError } from '../../rtnetlink/index.ts'
import { excerpt, type Issue } from '../desired/issue.ts'
import type { LoadedDesired } from '../desired/load.ts'
import { lookUpPaths } from '../insight/underlay/look-up.ts'
import { addressKey, emptyObserved, type Observed } from '../kernel/observed.ts'
import { type HostFinding, hostFindings, waysOf } from './host-findings.ts'

/** As many ways are looked up. */
const mostWays = 1000

/** A warning for each thing that this host lacks or has otherwise. Without netlink (in some containers) there are none. */
export async function hostWarnings({ state, locate }: Pick<LoadedDesired, 'state' | 'locate'>): Promise<Issue[]> {
  const findings = await withClient(async (client) => {
    const observed = await look(client)
    const ways = waysOf(state, observed).slice(0, mostWays)
    const paths = await lookUpPaths(
      client,
      { ...observed, neighboursAtMs: Date.now() },
      ways.map(({ query }) => query),
    )
    return hostFindings(state, observed, ways, paths)
  })
  return (findings ?? []).flatMap((finding) => issueOf(finding, locate))
}

function issueOf({ code, path, text, message, suggestion }: HostFinding, locate: LoadedDesired['locate']): Issue[] {
  const position = locate(path)
  return position === undefined
    ? []
    : [
        {
          severity: 'warning',
          code,
          ...position,
          path: path.join('.'),
          text: excerpt(text),
          message: `on this host, ${message}`,
          ...(suggestion !== undefined && { suggestion }),
        },
      ]
}

async function look(client: RtnetlinkClient): Promise<Observed> {
  const observed = emptyObserved()
  const [links, addresses] = await Promise.all([client.listLinks(), client.listAddresses()])
  for (const link of links) {
    observed.links.set(link.index, link)
  }
  for (const address of addresses) {
    const table = observed.addresses.get(address.index) ?? new Map<string, typeof address>()
    observed.addresses.set(address.index, table.set(addressKey(address), address))
  }
  return observed
}

async function withClient<T>(use: (client: RtnetlinkClient) => Promise<T>): Promise<T | undefined> {
  let client: RtnetlinkClient
  try {
    client = new RtnetlinkClient()
  } catch (error) {
    if (error instanceof SystemCallError) {
      return undefined
    }
    throw error
  }
  try {
    return await use(client)
  } finally {
    client.close()
  }
}
