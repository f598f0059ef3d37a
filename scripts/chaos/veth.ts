/** A veth pair, which the client has no words for: its IFLA_INFO_DATA is made here. Source: linux/veth.h. */
import type { RtnetlinkClient } from '../../src/rtnetlink/index.ts'

const VETH_INFO_PEER = 1
const IFLA_IFNAME = 3
const IFLA_NET_NS_FD = 28
const sizeOfIfinfomsg = 16

/** Makes a pair: the near end here, the far one in the namespace of that descriptor; both down. */
export function makeVeth(
  client: RtnetlinkClient,
  { name, mac, peer, peerNetns }: { name: string; mac: string; peer: string; peerNetns: number },
): Promise<void> {
  const body = Buffer.concat([
    Buffer.alloc(sizeOfIfinfomsg),
    attribute(IFLA_IFNAME, Buffer.from(`${peer}\0`)),
    attribute(IFLA_NET_NS_FD, u32(peerNetns)),
  ])
  return client.createLink({
    attributes: { ifname: name, address: mac, linkinfo: { kind: 'veth', data: attribute(VETH_INFO_PEER, body) } },
  })
}

/** struct nlattr with its payload, padded. */
function attribute(type: number, payload: Buffer): Buffer {
  const size = 4 + payload.length
  const bytes = Buffer.alloc(Math.ceil(size / 4) * 4)
  bytes.set(u16(size), 0)
  bytes.set(u16(type), 2)
  payload.copy(bytes, 4)
  return bytes
}

/** In host byte order. */
function u32(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer)
}

function u16(value: number): Buffer {
  return Buffer.from(Uint16Array.of(value).buffer)
}
