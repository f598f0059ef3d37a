/** npm `netlink`, its rt layer, as a program that counts neighbour events. */
import netlink from 'netlink'
import { burst } from '../support/burst.js'
import { answerQuestions } from '../support/child.js'

const RTNLGRP_NEIGH = 3
const events = burst()

const socket = netlink.createRtNetlink({ ref: true })
socket.addMembership(RTNLGRP_NEIGH)
socket.on('message', (messages) => {
  for (const message of messages) {
    if (message.kind === 'neighbor') {
      events.count()
    }
  }
})

answerQuestions({
  ready: () => true,
  begin() {
    events.begin()
    return true
  },
  end: () => events.end(),
})
