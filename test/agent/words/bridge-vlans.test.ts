import fc from 'fast-check'
import { expect, test } from 'vitest'
import { vlanInfos, vlanMapOf, vlansOf, vlanTunnelInfos } from '../../../src/agent/words/bridge-vlans.ts'
import { vlanMapRuns, vlanRuns, wantedVlanMap, wantedVlans } from '../../../src/agent/words/vlans.ts'
import { type BridgeLink, constants } from '../../../src/rtnetlink/index.ts'

const { BRIDGE_VLAN_INFO_PVID: PVID, BRIDGE_VLAN_INFO_UNTAGGED: UNTAGGED } = constants
const { BRIDGE_VLAN_INFO_RANGE_BEGIN: BEGIN, BRIDGE_VLAN_INFO_RANGE_END: END } = constants

function port(afSpec: BridgeLink['attributes']['afSpec']): BridgeLink {
  return { family: constants.AF_BRIDGE, type: 1, index: 5, flags: 0, change: 0, attributes: { afSpec } } as BridgeLink
}

test('a file says VLANs one by one, in ranges and with flags; those of the map come with it', () => {
  const table = wantedVlans({
    vlans: [{ vid: 10, pvid: true, untagged: true }, '20-22'],
    vlan_to_vni: [{ vid: 30, vni: 1030 }],
  })
  expect([...(table ?? [])].sort(([left], [right]) => left - right)).toEqual([
    [10, { pvid: true, untagged: true }],
    [20, { pvid: false, untagged: false }],
    [21, { pvid: false, untagged: false }],
    [22, { pvid: false, untagged: false }],
    [30, { pvid: false, untagged: false }],
  ])
  expect(wantedVlans({})).toBeUndefined()
})

test('to the kernel a range is two entries, and a PVID stands alone', () => {
  const table = wantedVlans({ vlans: [{ vid: 10, pvid: true, untagged: true }, { vid: '11-13', untagged: true }, 14] })
  expect(vlanInfos(vlanRuns(table ?? []))).toEqual([
    { vid: 10, flags: PVID | UNTAGGED },
    { vid: 11, flags: UNTAGGED | BEGIN },
    { vid: 13, flags: UNTAGGED | END },
    { vid: 14, flags: 0 },
  ])
})

test('mapped VLANs whose VNIs rise with them are one range', () => {
  const map = wantedVlanMap([
    { vid: '10-12', vni: '1010-1012' },
    { vid: 13, vni: 1013 },
    { vid: 14, vni: 99 },
  ])
  expect(vlanTunnelInfos(vlanMapRuns(map))).toEqual([
    { vid: 10, id: 1010, flags: BEGIN },
    { vid: 13, id: 1013, flags: END },
    { vid: 14, id: 99, flags: 0 },
  ])
})

const vid = fc.integer({ min: 1, max: 40 })

test('whatever VLANs are asked for, the same ones are read back', () => {
  const vlan = fc.record({ pvid: fc.boolean(), untagged: fc.boolean() })
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(vid, vlan), { selector: ([id]) => id }), (vlans) => {
      const vlanInfo = vlanInfos(vlanRuns(vlans))
      expect(vlansOf(port({ vlanInfo }))).toEqual(new Map(vlans))
    }),
  )
})

test('whatever VLANs are mapped, the same VNIs are read back', () => {
  const entry = fc.tuple(vid, fc.integer({ min: 1, max: 40 }))
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([id]) => id }), (map) => {
      const vlanTunnelInfo = vlanTunnelInfos(vlanMapRuns(map))
      expect(vlanMapOf(port({ vlanTunnelInfo }))).toEqual(new Map(map))
    }),
  )
})

test('of a link that is no port there are none', () => {
  expect([...vlansOf(undefined), ...vlanMapOf(undefined)]).toEqual([])
})
