/** Searching the forwarding table. Pure. */
import { nexthopGroupName } from '../../../facts/nexthop-group.ts'
import { entryKind, isFlood } from '../../iproute2/entry-kind.ts'
import type { Iproute2FdbEntry } from '../../iproute2/iproute2-fdb.ts'

/** An entry as the table shows it. */
export interface Row {
  readonly mac: string
  readonly link: string
  readonly vlan: string
  readonly to: string
  readonly kind: string
  /** The VTEP or group that it leads to; undefined for one that leads to a local port. */
  readonly remote: string | undefined
  /** Whether it is for frames that no other entry is for. */
  readonly isFlood: boolean
  /** Of an entry of a link that carries several VNIs. */
  readonly vni?: number
}

/** The rows of one VNI: those of its links, unless they are of another VNI that the link carries too. */
export interface VniFilter {
  readonly vni: number
  readonly links: readonly string[]
}

/** As `vxagent fdb` shows it. */
export function rowOf(entry: Iproute2FdbEntry): Row {
  const { mac = '', ifname = '', vlan, dst, nhid, viaIf, master, src_vni, vni = src_vni } = entry
  const remote = dst ?? (nhid === undefined ? undefined : nexthopGroupName(nhid))
  const via = viaIf === undefined ? '' : ` via ${viaIf}`
  const to = remote === undefined ? (master === undefined ? '' : `port of ${master}`) : `${remote}${via}`
  return {
    mac,
    link: ifname,
    vlan: vlan === undefined ? '' : `${vlan}`,
    to,
    kind: entryKind(entry),
    remote,
    isFlood: isFlood(entry),
    ...(vni !== undefined && { vni }),
  }
}

/** What a row is searched in. */
export function haystackOf({ mac, link, vlan, to, kind }: Pick<Row, 'mac' | 'link' | 'vlan' | 'to' | 'kind'>): string {
  return `${mac} ${link} ${vlan} ${to} ${kind}`.toLowerCase()
}

/** The rows, by their numbers, that have each of the words, and are of the VNI if one is given. */
export function search(
  haystacks: readonly string[],
  query: string,
  ofVni: { readonly rows: readonly Row[]; readonly filter: VniFilter } | undefined = undefined,
): Uint32Array {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const isOfVni = ofVni === undefined ? () => true : vniTest(ofVni.rows, ofVni.filter)
  const found = new Uint32Array(haystacks.length)
  let count = 0
  for (let row = 0; row < haystacks.length; row += 1) {
    const text = haystacks[row] as string
    if (words.every((word) => text.includes(word)) && isOfVni(row)) {
      found[count] = row
      count += 1
    }
  }
  return found.subarray(0, count)
}

function vniTest(rows: readonly Row[], { vni, links }: VniFilter): (row: number) => boolean {
  const names = new Set(links)
  return (at) => {
    const row = rows[at] as Row
    return names.has(row.link) && (row.vni === undefined || row.vni === vni)
  }
}

/** The rows of MAC addresses behind a remote, in their order. */
export function rowsBehind(rows: readonly Row[], remotes: readonly string[]): Row[] {
  return rows.filter(({ remote, isFlood }) => remote !== undefined && remotes.includes(remote) && !isFlood)
}

/** The rows, from and to, that are to be drawn for this part of the scrolled height, a few beyond each end among them. */
export function visibleRows(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): readonly [from: number, to: number] {
  const beyond = 10
  const from = Math.max(0, Math.floor(top / rowHeight) - beyond)
  return [Math.min(from, count), Math.min(count, Math.ceil((top + height) / rowHeight) + beyond)]
}
