/** Our client as a program that writes forwarding entries in a burst, each of which is one event. */
import { constants, openNetlinkSocket, RtnetlinkClient } from '../../dist/rtnetlink/index.js'
import { answerQuestions } from '../support/child.js'
import { macOf, vtepOf } from '../support/forwarding-entries.js'

/**
 * Open when all requests are made: were they sent as they are made, the making would thin out the burst.
 * @type {Promise<void>}
 */
let allMade
const socket = openNetlinkSocket()
const client = new RtnetlinkClient({
  async send(datagram) {
    await allMade
    await socket.send(datagram)
  },
  onDatagram: (listener) => socket.onDatagram(listener),
  onOverrun: (listener) => socket.onOverrun(listener),
  isSending: false,
  filter: (program) => socket.filter(program),
  setDumping: (isDumping) => socket.setDumping(isDumping),
  drain: () => socket.drain(),
  close: () => socket.close(),
})

answerQuestions({
  ready: () => true,
  async write({ index, first, count }) {
    const numbers = Array.from({ length: count }, (_, offset) => first + offset)
    /** @type {() => void} */
    let open = () => {}
    allMade = new Promise((resolve) => {
      open = resolve
    })
    const written = numbers.map((number) =>
      client.addNeighbour({
        family: constants.AF_BRIDGE,
        ifindex: index,
        state: constants.NUD_PERMANENT,
        flags: constants.NTF_SELF,
        attributes: { lladdr: macOf(number), dst: vtepOf(number) },
      }),
    )
    open()
    await Promise.all(written)
    return true
  },
})
