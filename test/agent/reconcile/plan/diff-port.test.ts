import { describe, expect, test } from 'vitest'
import type { PortSpec } from '../../../../src/agent/desired/schema.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { diffPort, type PresentPort } from '../../../../src/agent/reconcile/plan/diff-port.ts'
import { vlanInfos, vlanTunnelInfos } from '../../../../src/agent/words/bridge-vlans.ts'
import { vlanMapRuns, vlanRuns, wantedVlanMap, wantedVlans } from '../../../../src/agent/words/vlans.ts'
import { type BridgeLink, type BridgePortAttributes, constants, type Link } from '../../../../src/rtnetlink/index.ts'
import { vxlan } from '../../../support/builders.ts'

const names = { nameOf: () => undefined, indexOf: () => 0 }

/** A port as it is, in the words of a file where there are such. */
function port(
  options: BridgePortAttributes = {},
  { vlans = [{ vid: 1, pvid: true, untagged: true }], vlan_to_vni: map = [] }: PortSpec = {},
): PresentPort {
  const plain = vxlan(5, 'vxlan0', { id: 42 })
  const linkinfo = { ...plain.attributes.linkinfo, slaveKind: 'bridge', slaveData: options }
  const afSpec = {
    vlanInfo: vlanInfos(vlanRuns(wantedVlans({ vlans }) ?? [])),
    vlanTunnelInfo: vlanTunnelInfos(vlanMapRuns(wantedVlanMap(map))),
  }
  return {
    link: { ...plain, attributes: { ...plain.attributes, master: 9, linkinfo } } as Link,
    bridgeLink: { ...plain, family: constants.AF_BRIDGE, attributes: { afSpec } } as BridgeLink,
    defaultPvid: 1,
  }
}

function words(action: Action): string[] {
  switch (action.kind) {
    case 'changePort':
      return action.changes.map(({ attribute, from, to }) => `${attribute} ${from} ${to}`)
    case 'changeVlans':
    case 'changeVlanMap': {
      const text = ({ first, last, value }: { first: number; last: number; value: unknown }): string =>
        `${first}-${last} ${JSON.stringify(value)}`
      return [...action.add.map((run) => `+ ${text(run)}`), ...action.remove.map((run) => `- ${text(run)}`)]
    }
    default:
      return [action.kind]
  }
}

function plan(spec: PortSpec, present: PresentPort = port(), before: readonly string[] = []): string[] {
  return diffPort('vxlan0', spec, before, present, names).flatMap(words)
}

const tagged = '{"pvid":false,"untagged":false}'
const native = '{"pvid":true,"untagged":true}'

describe('options', () => {
  test('what differs is changed, what is as stated or not stated is not', () => {
    const present = port({ learning: true, neighSuppress: true, isolated: true, unicastFlood: false })
    expect(plan({ learning: false, neigh_suppress: true, flood: true }, present)).toEqual([
      'learning true false',
      'flood false true',
    ])
  })

  test("what was stated and no longer is goes back to the kernel's default", () => {
    const present = port({ hairpin: true, priority: 7, isolated: true })
    expect(plan({}, present, ['port.hairpin', 'port.priority', 'hairpin'])).toEqual([
      'hairpin true false',
      'priority 7 32',
    ])
  })

  test('a cost that is no longer stated stays, since the kernel has no way back', () => {
    expect(plan({}, port({ cost: 7 }), ['port.cost'])).toEqual([])
  })

  test('a port that is about to be attached gets all that is not what a new port has', () => {
    expect(plan({ learning: true, isolated: true, vlans: [1] }, { defaultPvid: 1 })).toEqual([
      'isolated false true',
      `+ 1-1 ${tagged}`,
    ])
  })
})

describe('VLANs', () => {
  test('are exactly those of the list: the one that every port gets goes, too', () => {
    expect(plan({ vlans: ['10-12'] })).toEqual([`+ 10-12 ${tagged}`, `- 1-1 ${native}`])
  })

  test('with other flags are stated again', () => {
    const vlans = [{ vid: 10, pvid: true, untagged: true }, 11]
    expect(plan({ vlans }, port({}, { vlans: [10, 11] }))).toEqual([`+ 10-10 ${native}`])
  })

  test('nobody states are left alone', () => {
    expect(plan({ learning: true }, port({}, { vlans: [7, 8] }))).toEqual([])
  })

  test('that were stated go back to what the bridge gives every port', () => {
    expect(plan({}, port({}, { vlans: ['10-12'] }), ['port.vlans'])).toEqual([`+ 1-1 ${native}`, `- 10-12 ${tagged}`])
  })

  test('that were stated go back to none where the bridge gives its ports none', () => {
    const present = { ...port({}, { vlans: [10] }), defaultPvid: 0 }
    expect(plan({}, present, ['port.vlans'])).toEqual([`- 10-10 ${tagged}`])
  })
})

describe('the map of VLANs to VNIs', () => {
  const map = [{ vid: '10-12', vni: '1010-1012' }]

  test('brings its VLANs with it, beside what the bridge gives the port', () => {
    expect(plan({ vlan_tunnel: true, vlan_to_vni: map })).toEqual([
      'vlan_tunnel false true',
      `+ 10-12 ${tagged}`,
      '+ 10-12 1010',
    ])
  })

  test('a VLAN that is mapped otherwise is unmapped and mapped again, and stays a VLAN of the port', () => {
    const present = port(
      { vlanTunnel: true },
      { vlans: [{ vid: 1, pvid: true, untagged: true }, '10-12'], vlan_to_vni: map },
    )
    const wanted = [
      { vid: 10, vni: 1010 },
      { vid: 11, vni: 99 },
      { vid: 12, vni: 1012 },
    ]
    expect(plan({ vlan_to_vni: wanted }, present)).toEqual(['+ 11-11 99', '- 11-11 1011'])
  })

  test('that was stated and no longer is goes with its VLANs', () => {
    const present = port({}, { vlans: [{ vid: 1, pvid: true, untagged: true }, '10-12'], vlan_to_vni: map })
    expect(plan({}, present, ['port.vlan_to_vni'])).toEqual([`- 10-12 ${tagged}`, '- 10-12 1010'])
  })

  test('nobody states is left alone', () => {
    expect(plan({}, port({}, { vlans: ['10-12'], vlan_to_vni: map }))).toEqual([])
  })
})
