/** What the agent says of itself: how it stands with the declaration, and with the traffic. */
import type { AgentStatus } from '../answers/status.ts'
import type { HealthWatch } from '../insight/health/health-watch.ts'

/** Whoever tells the status. */
export interface StatusTeller {
  status(): AgentStatus
}

/** The status of an enforcer, with the health of the declared links. */
export function withHealth(enforcer: StatusTeller, watch: Pick<HealthWatch, 'status'>): StatusTeller {
  return {
    status() {
      const status = enforcer.status()
      const declared = new Set(status.objects.map(({ name }) => name))
      const health = watch.status((link) => declared.has(link))
      return health === undefined ? status : { ...status, health }
    },
  }
}
