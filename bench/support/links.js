/** The job of the links bench: vxlan links made, given an address, taken up. Once for our client, once for ip(8). */
import { constants } from '../../dist/rtnetlink/index.js'

const firstVni = 1000
/** The device group of the links, so that they can be deleted together. */
export const linkGroup = 4242

/** @param {number} number */
const nameOf = (number) => `vx${number}`
/** @param {number} number */
const addressOf = (number) => `10.${100 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`

/**
 * Makes links with our client, everything that does not depend on another answer asked for at once.
 * @param {import('../../dist/rtnetlink/index.js').RtnetlinkClient} client
 * @param {number} count
 */
export async function makeLinks(client, count) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  await Promise.all(
    numbers.map((number) =>
      client.createLink({
        attributes: {
          ifname: nameOf(number),
          group: linkGroup,
          linkinfo: { kind: 'vxlan', data: { id: firstVni + number, local: '192.0.2.1', port: 4789 } },
        },
      }),
    ),
  )
  const links = await client.listLinks()
  const indexes = new Map(links.map((link) => [link.attributes.ifname, link.index]))
  await Promise.all(
    numbers.flatMap((number) => {
      const index = indexes.get(nameOf(number)) ?? 0
      const address = addressOf(number)
      return [
        client.addAddress({ family: constants.AF_INET, prefixlen: 32, index, attributes: { local: address, address } }),
        client.changeLink({ index, flags: constants.IFF_UP, change: constants.IFF_UP }),
      ]
    }),
  )
}

/**
 * The same for `ip -batch -`.
 * @param {number} count
 * @returns {string}
 */
export function ipBatch(count) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  return [
    ...numbers.map((number) => {
      const vxlan = `type vxlan id ${firstVni + number} local 192.0.2.1 dstport 4789`
      return `link add ${nameOf(number)} group ${linkGroup} ${vxlan}\n`
    }),
    ...numbers.map((number) => `address add ${addressOf(number)}/32 dev ${nameOf(number)}\n`),
    ...numbers.map((number) => `link set ${nameOf(number)} up\n`),
  ].join('')
}
