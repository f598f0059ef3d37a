/** VXLAN frames as from another host, each with a source MAC address of its own: what a vxlan link learns from. Source: RFC 7348 §5. */
import { createSocket } from 'node:dgram'
import { setImmediate as turn } from 'node:timers/promises'
import { answerQuestions } from '../support/child.js'
import { macOf } from '../support/forwarding-entries.js'

const socket = createSocket('udp4')
/** As many datagrams are handed to the kernel before the loop turns. */
const batch = 64

/**
 * @param {number} vni
 * @param {string} mac
 */
function frame(vni, mac) {
  const datagram = Buffer.alloc(8 + 60)
  datagram.writeUInt8(0x08, 0)
  datagram.writeUInt32BE(vni * 256, 4)
  datagram.fill(0xff, 8, 14)
  datagram.write(mac.replaceAll(':', ''), 14, 'hex')
  // An EtherType for experiments, which no host answers. Source: IEEE 802, local experimental.
  datagram.writeUInt16BE(0x88b5, 20)
  return datagram
}

answerQuestions({
  /** Binds to the address that is to be learned as the VTEP. */
  ready: ({ from }) => new Promise((resolve) => socket.bind({ address: from, port: 0 }, () => resolve(true))),
  async send({ to, port, vni, first: firstMac = 0, count }) {
    const frames = Array.from({ length: count }, (_, number) => frame(vni, macOf(firstMac + number)))
    const start = performance.now()
    for (let first = 0; first < count; first += batch) {
      for (const each of frames.slice(first, first + batch)) {
        socket.send(each, port, to)
      }
      await turn()
    }
    return { seconds: (performance.now() - start) / 1000 }
  },
})
