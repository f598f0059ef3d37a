/** Metrics of what `vxagent status` says. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Loss } from '../../answers/desired-status.ts'
import type { AgentStatus, ObjectStatus } from '../../answers/status.ts'
import { setCounter } from './set-counter.ts'

const states = ['converged', 'waiting', 'failing', 'conflict'] as const satisfies readonly ObjectStatus['state'][]
const kinds = ['vxlan', 'bridge', 'port'] as const satisfies readonly ObjectStatus['kind'][]
const lossKinds = ['links', 'remotes', 'addresses', 'ports'] as const satisfies readonly Loss['what'][]

/** Registers them; gives what brings them up to date. */
export function statusMetrics(registry: Registry): (status: AgentStatus) => void {
  const registers = [registry]
  const converged = new Gauge({
    name: 'vxagent_converged',
    help: 'Whether the host is as declared: 1, or 0.',
    registers,
  })
  const desiredValid = new Gauge({
    name: 'vxagent_desired_valid',
    help: 'Whether the desired-state files are valid: 1, or 0.',
    registers,
  })
  const desiredInForce = new Gauge({
    name: 'vxagent_desired_in_force',
    help: 'Whether what is enforced is what the files, when last valid, say: 1, or 0 during a trial, after a rollback, and while deletions wait.',
    registers,
  })
  const heldDeletions = new Gauge({
    name: 'vxagent_held_deletions',
    help: 'What a change of the desired files would delete that waits for vxagent apply: links, remotes, addresses, ports (of bridges).',
    labelNames: ['what'] as const,
    registers,
  })
  const delayedDeletions = new Gauge({
    name: 'vxagent_delayed_deletions',
    help: 'Links that no desired file declares any more and that stay for some seconds.',
    registers,
  })
  const objects = new Gauge({
    name: 'vxagent_objects',
    help: 'Declared objects, by kind and by how they stand: converged, waiting, failing, conflict.',
    labelNames: ['state', 'kind'] as const,
    registers,
  })
  const reconciles = new Counter({
    name: 'vxagent_reconciles_total',
    help: 'Reconciles begun.',
    registers,
  })
  const resyncs = new Counter({
    name: 'vxagent_resyncs_total',
    help: 'Times that the kernel was dumped anew.',
    registers,
  })
  const startTime = new Gauge({
    name: 'vxagent_start_time_seconds',
    help: 'When the agent was started, in seconds since 1970.',
    registers,
  })

  return (status) => {
    converged.set(Number(status.converged))
    desiredValid.set(Number(status.desired.isValid))
    desiredInForce.set(Number(status.desired.isInForce))
    for (const what of lossKinds) {
      const count = status.desired.held?.losses.find((loss) => loss.what === what)?.count ?? 0
      heldDeletions.set({ what }, count)
    }
    delayedDeletions.set(status.desired.toBeDeleted?.length ?? 0)
    for (const state of states) {
      for (const kind of kinds) {
        objects.set({ state, kind }, 0)
      }
    }
    for (const { state, kind } of status.objects) {
      objects.inc({ state, kind })
    }
    setCounter(reconciles, status.counters.reconciles)
    setCounter(resyncs, status.counters.resyncs)
    startTime.set(Date.parse(status.startedAt) / 1000)
  }
}
