/** The filter that lets no notification of a new permanent or static forwarding entry on some links pass; all else passes. */
import { AF_BRIDGE, NUD_NOARP, NUD_PERMANENT, RTM_NEWNEIGH } from '../messages/constants.ts'
import {
  assemble,
  dropIt,
  type FilterInstruction,
  half,
  JUMP_IF_ANY_BIT,
  JUMP_IF_EQUAL,
  LOAD_BYTE,
  LOAD_HALF,
  LOAD_WORD,
  RETURN,
  takeItWhole,
  word,
} from '../socket/packet-filter.ts'

/** struct nlmsghdr and struct ndmsg behind it: where something stands in a notification of a neighbour. */
const offsets = { nlmsgType: 4, ndmFamily: 16, ndmIfindex: 20, ndmState: 24 }

/** An instruction passes over at most 255 others. */
const mostLinks = 200

/** @param ifindexes of links; those beyond the 200th are told of all the same */
export function withoutStatedEntriesOf(ifindexes: readonly number[]): Buffer {
  const links = ifindexes.slice(0, mostLinks)
  const toPass = links.length
  const checks = links.map((ifindex, at): FilterInstruction => [JUMP_IF_EQUAL, toPass - at, 0, word(ifindex)])
  return assemble([
    [LOAD_HALF, 0, 0, offsets.nlmsgType],
    [JUMP_IF_EQUAL, 0, 5 + toPass, half(RTM_NEWNEIGH)],
    [LOAD_BYTE, 0, 0, offsets.ndmFamily],
    [JUMP_IF_EQUAL, 0, 3 + toPass, AF_BRIDGE],
    [LOAD_HALF, 0, 0, offsets.ndmState],
    [JUMP_IF_ANY_BIT, 0, 1 + toPass, half(NUD_PERMANENT | NUD_NOARP)],
    [LOAD_WORD, 0, 0, offsets.ndmIfindex],
    ...checks,
    [RETURN, 0, 0, takeItWhole],
    [RETURN, 0, 0, dropIt],
  ])
}
