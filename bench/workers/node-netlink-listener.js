/** npm `node-netlink` as a program that counts neighbour events. */
import netlink from 'node-netlink'
import { burst } from '../support/burst.js'
import { answerQuestions } from '../support/child.js'

const NETLINK_ROUTE = 0
const RTM_NEWNEIGH = 28n
const RTMGRP_NEIGH = 1 << 2
const events = burst()

const socket = await netlink.open({ family: NETLINK_ROUTE, groups: RTMGRP_NEIGH })
socket.on('message', ({ header }) => {
  if (header.nlmsg_type === RTM_NEWNEIGH) {
    events.count()
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
