/** Metrics of the fleet, as the fleet process says. On a host that is in none the gauges are absent, and the counters 0. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { FleetStatus } from '../../answers/fleet.ts'
import type { AgentStatus } from '../../answers/status.ts'
import { setCounter } from './set-counter.ts'

const pushedStates = ['applied', 'removed', 'trial', 'refused', 'returned'] as const
const modes = ['live', 'stale', 'frozen'] as const

/** Gives what reads them from a status. */
export function fleetMetrics(registry: Registry): (status: Pick<AgentStatus, 'fleet'>) => void {
  const registers = [registry]
  const gauge = (name: string, help: string): Gauge => {
    const made = new Gauge({ name: `vxagent_fleet_${name}`, help, registers })
    made.remove()
    return made
  }
  const mode = new Gauge({
    name: 'vxagent_fleet_mode',
    help: 'How the store of the fleet stands: 1 for the mode that it is in, live, stale (silent) or frozen (removals are held).',
    labelNames: ['mode'] as const,
    registers,
  })
  const members = gauge('members', 'Members of the fleet, this host among them.')
  const gone = gauge('members_gone', 'Members whose record is gone from the store, and whose entries stay for now.')
  const missing = gauge('remotes_missing', 'Remotes that the fleet process handed over and that the kernel lacks.')
  const macs = gauge('macs', 'MAC addresses behind other members that the fleet process handed over.')
  const problems = gauge(
    'problems',
    'What the fleet process found that a person is to know; vxagent fleet check says what.',
  )
  const revision = gauge('store_revision', 'Revision of the store that what was handed over last is of.')
  const heard = gauge('heard_timestamp_seconds', 'When the fleet process handed over last, in seconds since 1970.')
  const pushed = new Gauge({
    name: 'vxagent_fleet_pushed_files',
    help: 'Files that operators pushed to this host, by how the last revision of each stands: applied, removed, trial, refused or returned.',
    labelNames: ['state'] as const,
    registers,
  })
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `vxagent_fleet_${name}_total`, help, registers })
  const counters = {
    lists: counter('store_lists', 'Times that the fleet process listed the whole fleet.'),
    repairs: counter(
      'mirror_repairs',
      'Differences that a full comparison found between the store and what had been followed.',
    ),
    leases: counter('leases', 'Leases that the store has granted to this host.'),
    failures: counter('store_failures', 'Calls to the store, and watches, that failed.'),
  }
  return ({ fleet }) => {
    const said = fleet?.heard
    const standings = (fleet?.pushed ?? []).map(({ state }) => state)
    for (const each of pushedStates) {
      pushed.set({ state: each }, standings.filter((state) => state === each).length)
    }
    if (fleet === undefined) {
      pushed.reset()
    }
    for (const each of modes) {
      mode.set({ mode: each }, Number(said?.mode === each))
    }
    if (fleet === undefined || said === undefined) {
      mode.reset()
      for (const each of [members, gone, missing, macs, problems, revision, heard]) {
        each.remove()
      }
      return
    }
    members.set(said.members)
    gone.set(said.gone)
    missing.set(fleet.missing)
    macs.set(fleet.macs)
    problems.set(said.problemCount)
    revision.set(said.revision)
    setHeard(heard, said)
    for (const [name, value] of Object.entries(said.counters)) {
      setCounter(counters[name as keyof typeof counters], value)
    }
  }
}

function setHeard(heard: Gauge, { at }: NonNullable<FleetStatus['heard']>): void {
  if (at === undefined) {
    heard.remove()
  } else {
    heard.set(Date.parse(at) / 1000)
  }
}
