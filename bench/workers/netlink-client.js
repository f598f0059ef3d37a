/** npm `netlink`, its rt layer, as a program that dumps forwarding entries. */
import netlink from 'netlink'
import { answerQuestions } from '../support/child.js'
import { time } from '../support/timing.js'

const AF_BRIDGE = 7
const { createRtNetlink } = netlink

const socket = createRtNetlink()

answerQuestions({
  async dump({ index }) {
    const { seconds, value } = await time(() => socket.getNeighbors({ family: AF_BRIDGE, ifindex: index }))
    return { seconds, count: value.length }
  },
})
