/** npm `node-netlink` as a program that dumps forwarding entries. It leaves their decoding to its user, so none is done. */
import netlink from 'node-netlink'
import { answerQuestions } from '../support/child.js'
import { time } from '../support/timing.js'

const NETLINK_ROUTE = 0
const RTM_GETNEIGH = 30n
const AF_BRIDGE = 7

const socket = await netlink.open({ family: NETLINK_ROUTE })

answerQuestions({
  async dump({ index }) {
    const payload = Buffer.alloc(12)
    payload.writeUInt8(AF_BRIDGE, 0)
    payload.writeInt32LE(index, 4)
    const header = {
      nlmsg_type: RTM_GETNEIGH,
      nlmsg_flags: netlink.NLM_F_REQUEST | netlink.NLM_F_DUMP | netlink.NLM_F_ACK,
    }
    const { seconds, value } = await time(() => socket.talk({ header, payload }, { timeout: 60_000 }))
    return { seconds, count: value.length }
  },
})
