/** IP addresses that another host has as well. */
import { constants } from '../../../../rtnetlink/index.ts'
import { countOf } from '../../../facts/count-of.ts'
import { isLinkLocalIpv6 } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { addressText, localAddress } from '../../../kernel/observed.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type HealthFacts, linksBy, type Way } from '../facts.ts'

export const duplicateAddress: Check = {
  code: 'duplicate-address',
  *look(facts): Steps<Looked> {
    const { observed, ways, own } = facts
    const found: Found[] = []
    let looked = 0
    const concerned = yield* linksOfAddresses(facts)
    for (const [index, table] of observed.addresses) {
      const ifname = observed.links.get(index)?.attributes.ifname ?? `${index}`
      for (const address of table.values()) {
        const links = concerned.byAddress.get(localAddress(address) ?? '') ?? []
        if (!concerned.devices.has(index) && links.length === 0) {
          continue
        }
        looked += 1
        const flags = address.attributes.flags ?? address.flags
        if ((flags & constants.IFA_F_DADFAILED) !== 0) {
          found.push({
            severity: 'fault',
            subject: `${addressText(address)} ${ifname}`,
            links: [...new Set([ifname, ...links])],
            found: `another host has ${addressText(address)} of ${ifname} as well (duplicate address detection failed)`,
            means: 'the kernel does not use the address',
            cure: `find the other one, or state another address; then ip address del ${localAddress(address)}/${address.prefixlen} dev ${ifname}, and vxagent adds it again`,
          })
        }
      }
      yield
    }
    const asOurs: Way[] = []
    yield* eachStep(ways, (way) => {
      const { sources, address } = way.remote
      if (sources.has('learned') && own.has(address) && !isLinkLocalIpv6(address)) {
        asOurs.push(way)
      }
    })
    const byVtep = yield* linksBy(
      asOurs,
      ({ remote }) => remote.address,
      ({ remote }) => remote.ifname,
    )
    for (const [vtep, { links }] of byVtep) {
      found.push({
        severity: 'fault',
        subject: `VTEP ${vtep}`,
        links,
        vtep,
        found: `frames arrive from ${vtep}, which is an address of this host`,
        means: 'another VTEP has the same address, or a frame of this host came back to it',
        cure: `arping -D -I DEV ${vtep} shows who else has it`,
      })
    }
    return looked === 0
      ? nothingToLookAt
      : { found, at: `${countOf(looked, 'address', 'addresses')}; of IPv4 the kernel keeps no trace of another owner` }
  },
}

/** Whose addresses concern the overlay: vxlans, their bridges and underlay devices; and the links that send from an address. */
function* linksOfAddresses({ vxlans, ways }: HealthFacts): Steps<{
  readonly devices: ReadonlySet<number>
  readonly byAddress: ReadonlyMap<string, readonly string[]>
}> {
  const devices = new Set(vxlans.flatMap(({ link, data }) => [link.index, link.attributes.master ?? 0, data.link ?? 0]))
  const stated = vxlans.flatMap(({ name, data: { local, local6 } }) => ({ name, source: local ?? local6 }))
  const chosen: { name: string; source: string | undefined }[] = []
  yield* eachStep(ways, ({ path, remote }) => {
    chosen.push({ name: remote.ifname, source: path.source })
  })
  const bySource = yield* linksBy(
    [...stated, ...chosen],
    ({ source }) => source,
    ({ name }) => name,
  )
  devices.delete(0)
  return { devices, byAddress: new Map(Array.from(bySource, ([source, { links }]) => [source, links])) }
}
