/** Metrics of the reconciler's work: what drifted, what was mended, what failed, and how long it took. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Outcome } from '../../reconcile/apply/apply.ts'
import type { Action } from '../../reconcile/plan/action.ts'
import { driftKind, driftKinds } from './drift-kind.ts'
import { errorCode, usualCodes } from './error-code.ts'

/** What the reconciler tells: the hooks of ReconcilerListener. */
export interface ReconcileMetrics {
  noteActions(actions: readonly Action[], isDrift: (action: Action) => boolean): void
  noteOutcomes(outcomes: readonly Outcome[], isDrift: (action: Action) => boolean): void
  noteCycle(tookMs: number, error: Error | undefined): void
}

export function reconcileMetrics(registry: Registry): ReconcileMetrics {
  const registers = [registry]
  const found = new Counter({
    name: 'vxagent_drift_found_total',
    help: 'Differences from the desired state that came up on a link that had been as declared, by what differed. One for each action that is tried; entries of one link that are added together are one.',
    labelNames: ['kind'] as const,
    registers,
  })
  const repaired = new Counter({
    name: 'vxagent_drift_repaired_total',
    help: 'Of these, as many as were mended.',
    labelNames: ['kind'] as const,
    registers,
  })
  const errors = new Counter({
    name: 'vxagent_errors_total',
    help: 'Actions and reconciles that failed, by the symbol of the errno; timeout when the kernel did not answer, other for the rest.',
    labelNames: ['code'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'vxagent_reconcile_duration_seconds',
    help: 'How long reconciles took: to look, plan, apply and read back.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  for (const kind of driftKinds) {
    found.inc({ kind }, 0)
    repaired.inc({ kind }, 0)
  }
  for (const code of usualCodes) {
    errors.inc({ code }, 0)
  }

  return {
    noteActions(actions, isDrift) {
      for (const action of actions.filter(isDrift)) {
        found.inc({ kind: driftKind(action) })
      }
    },
    noteOutcomes(outcomes, isDrift) {
      for (const { action, error } of outcomes) {
        if (error !== undefined) {
          errors.inc({ code: errorCode(error) })
        } else if (isDrift(action)) {
          repaired.inc({ kind: driftKind(action) })
        }
      }
    },
    noteCycle(tookMs, error) {
      duration.observe(tookMs / 1000)
      if (error !== undefined) {
        errors.inc({ code: errorCode(error) })
      }
    },
  }
}
