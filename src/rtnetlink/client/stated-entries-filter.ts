/** The filter that lets no notification of a new permanent or static forwarding entry pass; learned ones, deletions and all else do. */
import { AF_BRIDGE, NUD_NOARP, NUD_PERMANENT, RTM_NEWNEIGH } from '../messages/constants.ts'
import {
  assemble,
  dropIt,
  half,
  JUMP_IF_ANY_BIT,
  JUMP_IF_EQUAL,
  LOAD_BYTE,
  LOAD_HALF,
  RETURN,
  takeItWhole,
} from '../socket/packet-filter.ts'

/** struct nlmsghdr and struct ndmsg behind it: where something stands in a notification of a neighbour. */
const offsets = { nlmsgType: 4, ndmFamily: 16, ndmState: 24 }

export const withoutStatedEntries = assemble([
  [LOAD_HALF, 0, 0, offsets.nlmsgType],
  [JUMP_IF_EQUAL, 0, 5, half(RTM_NEWNEIGH)],
  [LOAD_BYTE, 0, 0, offsets.ndmFamily],
  [JUMP_IF_EQUAL, 0, 3, AF_BRIDGE],
  [LOAD_HALF, 0, 0, offsets.ndmState],
  [JUMP_IF_ANY_BIT, 0, 1, half(NUD_PERMANENT | NUD_NOARP)],
  [RETURN, 0, 0, dropIt],
  [RETURN, 0, 0, takeItWhole],
])
