/** The kinds of forwarding entries. */
import { expect, test } from 'vitest'
import { fdbKindOf } from '../../../src/agent/words/fdb-entry.ts'
import { constants } from '../../../src/rtnetlink/index.ts'

const { NTF_SELF, NTF_EXT_LEARNED, NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE, NUD_STALE } = constants
const zeros = '00:00:00:00:00:00'
const mac = '02:00:00:00:00:fe'

test.each([
  ['flood', NUD_PERMANENT | NUD_NOARP, NTF_SELF, { lladdr: zeros, dst: '10.0.2.9' }],
  ['flood', NUD_PERMANENT | NUD_NOARP, NTF_SELF, { lladdr: zeros, nhId: 10 }],
  ['flood', NUD_NOARP, NTF_SELF | NTF_EXT_LEARNED, { lladdr: zeros, dst: '10.0.2.9' }],
  ['permanent', NUD_PERMANENT | NUD_NOARP, NTF_SELF, { lladdr: zeros }],
  ['permanent', NUD_PERMANENT, 0, { lladdr: mac, master: 7 }],
  ['static', NUD_REACHABLE | NUD_NOARP, NTF_SELF, { lladdr: mac, dst: '10.0.2.9' }],
  ['learned', NUD_REACHABLE, NTF_SELF, { lladdr: mac, dst: '10.0.2.9' }],
  ['learned', NUD_STALE, 0, { lladdr: mac, master: 7 }],
  ['extern_learn', NUD_REACHABLE, NTF_SELF | NTF_EXT_LEARNED, { lladdr: mac, dst: '10.0.2.9' }],
  ['extern_learn', NUD_NOARP, NTF_SELF | NTF_EXT_LEARNED, { lladdr: mac, dst: '10.0.2.9' }],
] as const)('an entry is %s by its state 0x%s, flags 0x%s and attributes %j', (kind, state, flags, attributes) => {
  expect(fdbKindOf({ family: constants.AF_BRIDGE, ifindex: 5, state, flags, type: 0, attributes })).toBe(kind)
})
