/** Every row of every table against the order of the kernel's headers, written down here apart from the tables. */
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { address } from '../../../src/rtnetlink/messages/address.ts'
import { bridge, bridgePort } from '../../../src/rtnetlink/messages/bridge.ts'
import { bridgeLink } from '../../../src/rtnetlink/messages/bridge-link.ts'
import { link, linkInfo } from '../../../src/rtnetlink/messages/link.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { nexthop } from '../../../src/rtnetlink/messages/nexthop.ts'
import { route } from '../../../src/rtnetlink/messages/route.ts'
import { trafficControl } from '../../../src/rtnetlink/messages/traffic-control.ts'
import { tunnel } from '../../../src/rtnetlink/messages/tunnel.ts'
import { vxlan } from '../../../src/rtnetlink/messages/vxlan.ts'

interface Table {
  decode(bytes: Buffer, start: number, end: number): object
  pathAt(bytes: Buffer, start: number, end: number, offset: number): readonly string[] | undefined
}

interface TableCase {
  /** Tells it from others with the same prefix. */
  readonly what?: string
  readonly prefix: string
  readonly table: Table
  /** Bytes of the struct before the attributes. */
  readonly structSize: number
  /** Names in the header's order from 1. */
  readonly header: string
  /** Those of them that the table leaves out. */
  readonly leftOut: string
  /** Keys that are not the kernel's name in camelCase. */
  readonly otherKeys?: Readonly<Record<string, string>>
}

/** IFLA_*, linux/if_link.h. */
const linkHeader =
  'ADDRESS BROADCAST IFNAME MTU LINK QDISC STATS COST PRIORITY MASTER WIRELESS PROTINFO TXQLEN MAP WEIGHT OPERSTATE LINKMODE LINKINFO NET_NS_PID IFALIAS NUM_VF VFINFO_LIST STATS64 VF_PORTS PORT_SELF AF_SPEC GROUP NET_NS_FD EXT_MASK PROMISCUITY NUM_TX_QUEUES NUM_RX_QUEUES CARRIER PHYS_PORT_ID CARRIER_CHANGES PHYS_SWITCH_ID LINK_NETNSID PHYS_PORT_NAME PROTO_DOWN GSO_MAX_SEGS GSO_MAX_SIZE PAD XDP EVENT NEW_NETNSID TARGET_NETNSID CARRIER_UP_COUNT CARRIER_DOWN_COUNT NEW_IFINDEX MIN_MTU MAX_MTU PROP_LIST ALT_IFNAME PERM_ADDRESS PROTO_DOWN_REASON PARENT_DEV_NAME PARENT_DEV_BUS_NAME GRO_MAX_SIZE TSO_MAX_SIZE TSO_MAX_SEGS ALLMULTI'

const cases: readonly TableCase[] = [
  {
    prefix: 'IFLA_VXLAN_',
    table: vxlan,
    structSize: 0,
    header:
      'ID GROUP LINK LOCAL TTL TOS LEARNING AGEING LIMIT PORT_RANGE PROXY RSC L2MISS L3MISS PORT GROUP6 LOCAL6 UDP_CSUM UDP_ZERO_CSUM6_TX UDP_ZERO_CSUM6_RX REMCSUM_TX REMCSUM_RX GBP REMCSUM_NOPARTIAL COLLECT_METADATA LABEL GPE TTL_INHERIT DF VNIFILTER LOCALBYPASS LABEL_POLICY RESERVED_BITS MC_ROUTE',
    leftOut: '',
  },
  {
    prefix: 'IFLA_INFO_',
    table: linkInfo,
    structSize: 0,
    header: 'KIND DATA XSTATS SLAVE_KIND SLAVE_DATA',
    leftOut: 'XSTATS',
  },
  {
    prefix: 'IFLA_BR_',
    table: bridge,
    structSize: 0,
    header:
      'FORWARD_DELAY HELLO_TIME MAX_AGE AGEING_TIME STP_STATE PRIORITY VLAN_FILTERING VLAN_PROTOCOL GROUP_FWD_MASK ROOT_ID BRIDGE_ID ROOT_PORT ROOT_PATH_COST TOPOLOGY_CHANGE TOPOLOGY_CHANGE_DETECTED HELLO_TIMER TCN_TIMER TOPOLOGY_CHANGE_TIMER GC_TIMER GROUP_ADDR FDB_FLUSH MCAST_ROUTER MCAST_SNOOPING MCAST_QUERY_USE_IFADDR MCAST_QUERIER MCAST_HASH_ELASTICITY MCAST_HASH_MAX MCAST_LAST_MEMBER_CNT MCAST_STARTUP_QUERY_CNT MCAST_LAST_MEMBER_INTVL MCAST_MEMBERSHIP_INTVL MCAST_QUERIER_INTVL MCAST_QUERY_INTVL MCAST_QUERY_RESPONSE_INTVL MCAST_STARTUP_QUERY_INTVL NF_CALL_IPTABLES NF_CALL_IP6TABLES NF_CALL_ARPTABLES VLAN_DEFAULT_PVID PAD VLAN_STATS_ENABLED MCAST_STATS_ENABLED MCAST_IGMP_VERSION MCAST_MLD_VERSION VLAN_STATS_PER_PORT MULTI_BOOLOPT MCAST_QUERIER_STATE',
    leftOut: 'FDB_FLUSH PAD',
  },
  {
    prefix: 'IFLA_BRPORT_',
    table: bridgePort,
    structSize: 0,
    header:
      'STATE PRIORITY COST MODE GUARD PROTECT FAST_LEAVE LEARNING UNICAST_FLOOD PROXYARP LEARNING_SYNC PROXYARP_WIFI ROOT_ID BRIDGE_ID DESIGNATED_PORT DESIGNATED_COST ID NO TOPOLOGY_CHANGE_ACK CONFIG_PENDING MESSAGE_AGE_TIMER FORWARD_DELAY_TIMER HOLD_TIMER FLUSH MULTICAST_ROUTER PAD MCAST_FLOOD MCAST_TO_UCAST VLAN_TUNNEL BCAST_FLOOD GROUP_FWD_MASK NEIGH_SUPPRESS ISOLATED BACKUP_PORT MRP_RING_OPEN MRP_IN_OPEN MCAST_EHT_HOSTS_LIMIT MCAST_EHT_HOSTS_CNT LOCKED MAB MCAST_N_GROUPS MCAST_MAX_GROUPS NEIGH_VLAN_SUPPRESS BACKUP_NHID',
    leftOut: 'LEARNING_SYNC FLUSH PAD MRP_RING_OPEN MRP_IN_OPEN',
    otherKeys: { MODE: 'hairpin', NO: 'number' },
  },
  {
    prefix: 'IFLA_',
    table: link,
    structSize: 16,
    header: linkHeader,
    leftOut:
      'STATS COST PRIORITY WIRELESS PROTINFO MAP WEIGHT NET_NS_PID NUM_VF VFINFO_LIST VF_PORTS PORT_SELF CARRIER_CHANGES PAD EVENT NEW_NETNSID TARGET_NETNSID CARRIER_UP_COUNT CARRIER_DOWN_COUNT NEW_IFINDEX',
  },
  {
    what: ' of a bridge',
    prefix: 'IFLA_',
    table: bridgeLink,
    structSize: 16,
    header: linkHeader,
    leftOut: linkHeader
      .split(' ')
      .filter((name) => !'ADDRESS IFNAME MTU LINK MASTER PROTINFO OPERSTATE AF_SPEC EXT_MASK'.split(' ').includes(name))
      .join(' '),
  },
  {
    prefix: 'VXLAN_VNIFILTER_',
    table: tunnel,
    structSize: 8,
    header: 'ENTRY',
    leftOut: '',
    otherKeys: { ENTRY: 'entries' },
  },
  {
    prefix: 'IFA_',
    table: address,
    structSize: 8,
    header: 'ADDRESS LOCAL LABEL BROADCAST ANYCAST CACHEINFO MULTICAST FLAGS RT_PRIORITY TARGET_NETNSID PROTO',
    leftOut: 'ANYCAST MULTICAST TARGET_NETNSID',
  },
  {
    prefix: 'NDA_',
    table: neighbour,
    structSize: 12,
    header:
      'DST LLADDR CACHEINFO PROBES VLAN PORT VNI IFINDEX MASTER LINK_NETNSID SRC_VNI PROTOCOL NH_ID FDB_EXT_ATTRS FLAGS_EXT NDM_STATE_MASK NDM_FLAGS_MASK',
    leftOut: 'NDM_STATE_MASK NDM_FLAGS_MASK',
  },
  {
    prefix: 'RTA_',
    table: route,
    structSize: 12,
    header:
      'DST SRC IIF OIF GATEWAY PRIORITY PREFSRC METRICS MULTIPATH PROTOINFO FLOW CACHEINFO SESSION MP_ALGO TABLE MARK MFC_STATS VIA NEWDST PREF ENCAP_TYPE ENCAP EXPIRES PAD UID TTL_PROPAGATE IP_PROTO SPORT DPORT NH_ID',
    leftOut: 'PROTOINFO FLOW SESSION MP_ALGO MFC_STATS NEWDST ENCAP_TYPE ENCAP PAD TTL_PROPAGATE',
  },
  {
    prefix: 'NHA_',
    table: nexthop,
    structSize: 8,
    header: 'ID GROUP GROUP_TYPE BLACKHOLE OIF GATEWAY ENCAP_TYPE ENCAP GROUPS MASTER FDB RES_GROUP RES_BUCKET',
    leftOut: 'GROUP_TYPE BLACKHOLE ENCAP_TYPE ENCAP GROUPS MASTER FDB RES_GROUP RES_BUCKET',
  },
  {
    prefix: 'TCA_',
    table: trafficControl,
    structSize: 20,
    header: 'KIND OPTIONS STATS XSTATS RATE FCNT STATS2 STAB PAD DUMP_INVISIBLE CHAIN',
    leftOut: 'STATS XSTATS RATE FCNT STATS2 STAB PAD DUMP_INVISIBLE',
  },
]

const words = (text: string): string[] => text.split(' ').filter(Boolean)

/** A message of one attribute. */
function oneAttribute(structSize: number, number: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(structSize + 4)
  header.writeUInt16LE(4 + payload.length, structSize)
  header.writeUInt16LE(number, structSize + 2)
  return Buffer.concat([header, payload])
}

/** Where the attribute's value is found, whatever size its payload has to have. */
function keyOf({ table, structSize }: TableCase, number: number): string | undefined {
  for (const size of [0, 1, 2, 4, 6, 8, 16, 64]) {
    try {
      const bytes = oneAttribute(structSize, number, Buffer.alloc(size))
      const value = table.decode(bytes, 0, bytes.length)
      const found = structSize === 0 ? value : (value as { attributes: object }).attributes
      return Object.keys(found)[0]
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError)
    }
  }
  return undefined
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

describe.each<TableCase>(cases.map((each) => ({ what: '', ...each })))('$prefix*$what', (tableCase) => {
  const { prefix, table, structSize, header, leftOut, otherKeys = {} } = tableCase
  const names = words(header)
  const unknown = new Set(words(leftOut))

  test('has the numbers of the header, and no rows beyond it', () => {
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    const found = numbers.map((number) => {
      const bytes = oneAttribute(structSize, number, Buffer.alloc(0))
      return table.pathAt(bytes, 0, bytes.length, structSize)?.[0]
    })
    const expected = numbers.map((number) => {
      const name = names[number - 1]
      return name === undefined || unknown.has(name) ? `attribute ${number}` : prefix + name
    })
    expect(found).toEqual(expected)
  })

  test('has each value under its name in camelCase', () => {
    const known = names.map((name, index) => ({ name, number: index + 1 })).filter(({ name }) => !unknown.has(name))
    expect(known.map(({ number }) => keyOf(tableCase, number))).toEqual(
      known.map(({ name }) => otherKeys[name] ?? camelCase(name)),
    )
  })
})
