/**
 * Multicast forwarding entries of bridges and, since Linux 6.4, of vxlans: RTM_NEWMDB, RTM_GETMDB. Answers and requests number their
 * attributes differently. Source: linux/if_bridge.h; br_mdb_dump(), net/bridge/br_mdb.c; drivers/net/vxlan/vxlan_mdb.c.
 */
import { attr, attributes, marked, repeated, type ValueOf } from '../wire/attributes.ts'
import { type Codec, ip, raw, u8, u16, u32 } from '../wire/codec.ts'
import { type StructValue, struct } from '../wire/struct.ts'
import { type RouteObject, type RouteRequest, routeObject } from './route-object.ts'

/** struct br_port_msg. */
const bridgePortMessage = struct('struct br_port_msg', (next) => ({
  family: next.u8(), // AF_BRIDGE
  ifindex: next.skip(3).u32(), // the bridge, or the vxlan
}))

/** struct br_mdb_entry. The group is an IPv4, IPv6 or MAC address, as `proto` says, from the first of the eight words on. */
const mdbEntry = struct('struct br_mdb_entry', (next) => ({
  ifindex: next.u32(), // the port; of a vxlan itself
  state: next.u8(), // MDB_TEMPORARY, MDB_PERMANENT
  flags: next.u8(), // MDB_FLAGS_*
  vid: next.u16(),
  group0: next.u16be(),
  group1: next.u16be(),
  group2: next.u16be(),
  group3: next.u16be(),
  group4: next.u16be(),
  group5: next.u16be(),
  group6: next.u16be(),
  group7: next.u16be(),
  proto: next.u16be(), // an EtherType; 0: the group is a MAC address
}))
export type MdbEntry = StructValue<typeof mdbEntry>

/** MDBA_MDB_EATTR_SRC_LIST: sources, each with a timer of its own. */
const dumpedSources = attributes({
  sources: repeated(1, 'MDBA_MDB_SRCLIST_ENTRY', attributes({ address: attr(1, 'MDBA_MDB_SRCATTR_ADDRESS', ip) })),
})

/** MDBA_MDB_EATTR_*, which stand behind the struct. */
const dumpedAttributes = attributes({
  timer: attr(1, 'MDBA_MDB_EATTR_TIMER', u32),
  srcList: attr(2, 'MDBA_MDB_EATTR_SRC_LIST', dumpedSources),
  groupMode: attr(3, 'MDBA_MDB_EATTR_GROUP_MODE', u8), // MCAST_EXCLUDE, MCAST_INCLUDE
  source: attr(4, 'MDBA_MDB_EATTR_SOURCE', ip),
  rtprot: attr(5, 'MDBA_MDB_EATTR_RTPROT', u8), // RTPROT_*
  dst: attr(6, 'MDBA_MDB_EATTR_DST', ip), // of a vxlan: the remote VTEP
  dstPort: attr(7, 'MDBA_MDB_EATTR_DST_PORT', u16), // in host byte order
  vni: attr(8, 'MDBA_MDB_EATTR_VNI', u32),
  ifindex: attr(9, 'MDBA_MDB_EATTR_IFINDEX', u32),
  srcVni: attr(10, 'MDBA_MDB_EATTR_SRC_VNI', u32),
})

const dumpedEntry = routeObject(mdbEntry, dumpedAttributes)
export type DumpedMdbEntry = RouteObject<typeof dumpedEntry>

/** Read only: what is written is an `mdbChange`. */
const readEntry = dumpedEntry as Codec<DumpedMdbEntry>

const mdbAttributes = attributes({
  groups: attr(
    1,
    'MDBA_MDB',
    attributes({
      ports: repeated(1, 'MDBA_MDB_ENTRY', attributes({ entries: repeated(1, 'MDBA_MDB_ENTRY_INFO', readEntry) })),
    }),
  ),
  router: attr(2, 'MDBA_ROUTER', raw),
})

/** The multicast forwarding entries of one bridge or vxlan, or one of them in an event. */
export const mdb = routeObject(bridgePortMessage, mdbAttributes)
export type Mdb = RouteObject<typeof mdb>

/** MDBE_ATTR_*. */
const statedAttributes = attributes({
  source: attr(1, 'MDBE_ATTR_SOURCE', ip),
  srcList: marked(
    attr(
      2,
      'MDBE_ATTR_SRC_LIST',
      attributes({
        sources: marked(
          repeated(1, 'MDBE_SRC_LIST_ENTRY', attributes({ address: attr(1, 'MDBE_SRCATTR_ADDRESS', ip) })),
        ),
      }),
    ),
  ),
  groupMode: attr(3, 'MDBE_ATTR_GROUP_MODE', u8),
  rtprot: attr(4, 'MDBE_ATTR_RTPROT', u8),
  dst: attr(5, 'MDBE_ATTR_DST', ip),
  dstPort: attr(6, 'MDBE_ATTR_DST_PORT', u16),
  vni: attr(7, 'MDBE_ATTR_VNI', u32),
  ifindex: attr(8, 'MDBE_ATTR_IFINDEX', u32),
  srcVni: attr(9, 'MDBE_ATTR_SRC_VNI', u32),
})
export type StatedMdbAttributes = ValueOf<typeof statedAttributes>

/** A request to add one entry. */
export const mdbChange = routeObject(
  bridgePortMessage,
  attributes({
    // With no attributes of its own: padded to the struct's size in C, which the kernel insists on.
    entry: attr(1, 'MDBA_SET_ENTRY', routeObject(mdbEntry, attributes({}))),
    stated: marked(attr(2, 'MDBA_SET_ENTRY_ATTRS', statedAttributes)),
  }),
)
export type MdbRequest = RouteRequest<typeof mdbChange>
