/** The hosts of the fleet as a table: one row a host. */

import type { PublishedVtep } from '../../fleet/records/node-record.ts'
import type { FleetReport, NodeReport } from '../../fleet/run/report.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age, until } from './age.ts'
import type { FleetViewOptions } from './fleet-status.ts'

const columns: readonly Column[] = [
  { header: 'NODE' },
  { header: 'STATE', isFlexible: true },
  { header: 'VNI', isFlexible: true, isOptional: true },
  { header: 'VTEP', isFlexible: true, isOptional: true },
  { header: 'PORT', align: 'right', isOptional: true },
  { header: 'MTU', align: 'right', isOptional: true },
  { header: 'MACS', align: 'right', isOptional: true },
  { header: 'APPLIED', isOptional: true },
  { header: 'MODE', isOptional: true },
  { header: 'VERSION', isOptional: true },
  { header: 'REMOVAL', isFlexible: true, isOptional: true },
]

/** The lines of `vxagent fleet nodes`. */
export function* fleetNodesLines(report: FleetReport, { paint, width, now }: FleetViewOptions): Generator<string> {
  const { nodes, mode, since, reason, store } = report
  if (nodes.length === 0) {
    yield `No host is known in the fleet ${printable(report.fleet)}.\n`
  } else {
    yield* tableLines(
      columns,
      nodes.map((node) => row(node, { report, paint, now })),
      { width, headerStyle: paint.quiet },
    )
  }
  yield* [
    ...(mode === 'stale'
      ? [
          `The store has been silent for ${age(since, now)}: ${reason ?? 'no reason is known'}; this is what was known then`,
        ]
      : []),
    ...(store.statesError === undefined ? [] : [`APPLIED and MODE cannot be read: ${store.statesError}`]),
  ].map((line) => `${paint.warning(printable(line))}\n`)
}

interface RowOptions {
  readonly report: FleetReport
  readonly paint: Paint
  readonly now: Date
}

function row(node: NodeReport, { report, paint, now }: RowOptions): Cell[] {
  const { record, says, macs } = node
  const vteps = record?.vteps ?? []
  return [
    printable(node.node),
    { text: node.isSelf ? `${node.state} (this host)` : node.state, style: stateStyle(node.state, paint) },
    textOf([ranges(vteps.map(({ vni }) => vni))]),
    textOf(unique(vteps.map(addressText))),
    textOf(unique(vteps.map(({ dstport }) => `${dstport}`))),
    textOf(unique(vteps.map(({ mtu }) => `${mtu}`))),
    macs.length === 0 ? undefined : `${macs.reduce((sum, { count }) => sum + count, 0)}`,
    says && appliedCell(says.applied, report, paint),
    says && { text: says.mode, style: says.mode === 'live' ? paint.good : paint.warning },
    (record ?? says) && printable((record ?? says)?.agent ?? ''),
    removalText(node, report, now),
  ]
}

/** Behind whatever it is: how many records that are, a revision does not say. */
function appliedCell(applied: number, { store }: FleetReport, paint: Paint): Cell {
  return applied < store.latestChange ? { text: `${applied}, behind`, style: paint.warning } : `${applied}`
}

function removalText({ goneSince, removedAt }: NodeReport, { mode }: FleetReport, now: Date): string | undefined {
  if (goneSince === undefined) {
    return undefined
  }
  const when =
    mode === 'live' && removedAt !== undefined
      ? `removed in ${until(removedAt, now)}`
      : mode === 'frozen'
        ? 'not removed while frozen'
        : 'not removed while the store is silent'
  return `gone for ${age(goneSince, now)}, ${when}`
}

function stateStyle(state: NodeReport['state'], paint: Paint): Style {
  return {
    present: paint.good,
    gone: paint.bad,
    leaving: paint.warning,
    evicted: paint.warning,
    unreadable: paint.bad,
  }[state]
}

function addressText({ local, advertise }: PublishedVtep): string {
  return advertise === undefined ? local : `${advertise} (local ${local})`
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}

/** Several values one after the other; undefined for none. */
function textOf(texts: readonly string[]): string | undefined {
  const text = texts.join(' ')
  return text === '' ? undefined : printable(text)
}

/** `42 100-103`: numbers in order, those that follow each other as a range. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((one, other) => one - other)
  const runs: [number, number][] = []
  for (const number of sorted) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === number - 1) {
      last[1] = number
    } else {
      runs.push([number, number])
    }
  }
  return runs.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(' ')
}
