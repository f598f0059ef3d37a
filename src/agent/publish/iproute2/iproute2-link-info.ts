/** `linkinfo`: a link's kind and what only that kind has, as `ip -d -j link show` of iproute2 6.1 prints it. */
import type { BridgeAttributes, BridgePortAttributes, LinkInfo, VxlanAttributes } from '../../../rtnetlink/index.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { type Iproute2Bridge, printBridge } from './iproute2-link-bridge.ts'
import { type Iproute2BridgePort, printBridgePort } from './iproute2-link-bridge-port.ts'
import { type Iproute2Vxlan, printVxlan } from './iproute2-link-vxlan.ts'

/**
 * A link's `linkinfo`. Source of the form: `ip -d -j link show`, iproute2 6.1. `info_data` is there for the kinds vxlan and
 * bridge, `info_slave_data` for ports of a bridge. Of other kinds (macvlan, tun, bond …) whose details iproute2 prints, the kind
 * is all there is here.
 */
export interface Iproute2LinkInfo {
  readonly info_kind?: string
  readonly info_data?: Iproute2Vxlan | Iproute2Bridge
  readonly info_slave_kind?: string
  readonly info_slave_data?: Iproute2BridgePort
}

type Names = ReadonlyMap<number, string>

type PrintData<Data, Printed> = (data: Data, names: Names) => Printed

/** The kinds that have a table of attributes. IFLA_INFO_DATA is decoded by its kind, so the casts hold. */
const kinds = new Map<string | undefined, PrintData<LinkInfo['data'], Iproute2Vxlan | Iproute2Bridge>>([
  ['vxlan', (data = {}, names) => printVxlan(data as VxlanAttributes, names)],
  ['bridge', (data = {}) => printBridge(data as BridgeAttributes)],
])

const slaveKinds = new Map<string | undefined, PrintData<LinkInfo['slaveData'], Iproute2BridgePort>>([
  ['bridge', (data = {}, names) => printBridgePort(data as BridgePortAttributes, names)],
])

const columns: Columns<LinkInfo, Iproute2LinkInfo, Names> = {
  info_kind: (info) => info.kind,
  info_data: (info, names) => kinds.get(info.kind)?.(info.data, names),
  info_slave_kind: (info) => info.slaveKind,
  info_slave_data: (info, names) => slaveKinds.get(info.slaveKind)?.(info.slaveData, names),
}

/** Prints IFLA_LINKINFO; the context is the names of links by ifindex. */
export const printLinkInfo = printer(columns)
