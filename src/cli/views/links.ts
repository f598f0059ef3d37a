/** Links as a table: one row a tunnel. */

import { countOf } from '../../agent/facts/count-of.ts'
import type { Iproute2Link } from '../../agent/publish/iproute2/iproute2-link.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { kindOf, peerOf, stateOf, ttlOf, vniOf, vxlanOf } from './link-words.ts'

export interface LinksViewOptions {
  /** `IP/PREFIX`, by the name of the link. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** How many links are there and not among those given. */
  readonly hidden: number
  readonly paint: Paint
  readonly width: number | undefined
}

const columns: readonly Column[] = [
  { header: 'NAME' },
  { header: 'KIND', isOptional: true },
  { header: 'VNI', align: 'right', isOptional: true },
  { header: 'TO', isOptional: true },
  { header: 'DEV', isOptional: true },
  { header: 'LOCAL', isOptional: true },
  { header: 'PORT', align: 'right', isOptional: true },
  { header: 'TTL', align: 'right', isOptional: true },
  { header: 'MTU', align: 'right' },
  { header: 'MAC' },
  { header: 'MASTER', isOptional: true },
  { header: 'STATE' },
  { header: 'ADDRESSES', isOptional: true, isFlexible: true },
  { header: 'ALIAS', isOptional: true, isFlexible: true },
]

/** The lines of `vxagent links`. */
export function* linksLines(
  links: readonly Iproute2Link[],
  { addresses, hidden, paint, width }: LinksViewOptions,
): Generator<string> {
  if (links.length > 0) {
    const isMixed = links.some((link) => vxlanOf(link) === undefined)
    const rows = links.map((link) => row(link, addresses.get(link.ifname ?? ''), { isMixed, paint }))
    yield* tableLines(columns, rows, { width, headerStyle: paint.quiet })
  } else {
    yield 'There are no such links.\n'
  }
  if (hidden > 0) {
    yield `${paint.quiet(`${countOf(hidden, 'other link')} not shown; --all shows every link`)}\n`
  }
}

function row(
  link: Iproute2Link,
  addresses: readonly string[] = [],
  { isMixed, paint }: { readonly isMixed: boolean; readonly paint: Paint },
): Cell[] {
  const vxlan = vxlanOf(link)
  const state = stateOf(link)
  return [
    printable(link.ifname ?? ''),
    isMixed ? printable(kindOf(link)) : undefined,
    vxlan && vniOf(vxlan),
    vxlan && peerOf(vxlan),
    printableIfAny(vxlan === undefined ? link.link : vxlan.link),
    vxlan?.local ?? vxlan?.local6,
    vxlan?.port?.toString(),
    vxlan && ttlOf(vxlan),
    link.mtu?.toString(),
    link.address,
    printableIfAny(link.master),
    { text: state, style: state === 'up' ? paint.good : paint.warning },
    addresses.length > 0 ? addresses.join(' ') : undefined,
    printableIfAny(link.ifalias),
  ]
}

function printableIfAny(text: string | null | undefined): string | undefined {
  return text ? printable(text) : undefined
}
