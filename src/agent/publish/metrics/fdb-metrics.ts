/** Metrics of the forwarding tables. */
import { Gauge, type Registry } from 'prom-client'
import type { Observed } from '../../kernel/observed.ts'
import { fdbKinds } from '../../words/fdb-entry.ts'
import { countVteps, silentAddresses, takeCensus } from './fdb-census.ts'
import { FdbLabels } from './fdb-labels.ts'

/** Registers them; gives what brings them up to date. */
export function fdbMetrics(registry: Registry): (observed: Observed) => void {
  const registers = [registry]
  const entries = new Gauge({
    name: 'vxagent_fdb_entries',
    help: 'Forwarding entries of vxlan links, and of the ports of bridges that have one, by where they lead (vtep: a VTEP or a multicast group; empty for a local port) and how they came to be (state: flood, learned, static, permanent, extern_learn).',
    labelNames: ['device', 'state', 'vtep'] as const,
    registers,
  })
  const vteps = new Gauge({
    name: 'vxagent_vteps',
    help: 'Remote VTEPs that the forwarding entries of a vxlan link lead to, multicast groups apart.',
    labelNames: ['device'] as const,
    registers,
  })
  const failed = new Gauge({
    name: 'vxagent_vteps_failed',
    help: 'Of these, as many as do not answer ARP or ND on the underlay (neighbour state FAILED). Of a VTEP behind a router this cannot be seen.',
    labelNames: ['device'] as const,
    registers,
  })
  const labels = new FdbLabels()

  return (observed) => {
    const census = takeCensus(observed)
    const { rows, labelOf } = labels.label(census)
    entries.reset()
    for (const { device, vtep, counts } of rows) {
      for (const [place, state] of fdbKinds.entries()) {
        const count = counts[place] ?? 0
        if (count > 0) {
          // Added up: two devices share a label when their names differ in bytes only that are no text.
          entries.inc({ device, state, vtep }, count)
        }
      }
    }
    const silent = silentAddresses(observed)
    vteps.reset()
    failed.reset()
    for (const one of census.filter(({ isVxlan }) => isVxlan)) {
      const counts = countVteps(one, silent)
      const device = labelOf(one.device)
      vteps.inc({ device }, counts.known)
      failed.inc({ device }, counts.failed)
    }
  }
}
