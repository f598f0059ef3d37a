/** The shapes of what is said of the health of the overlay. Each schema is checked against its type whole. */
import * as z from 'zod'
import {
  type HealthCheckCode,
  type HealthReport,
  type HealthStatus,
  healthChecks,
  type StandingFinding,
} from '../../answers/health.ts'
import { schemaOf } from './schema-of.ts'
import { count, list, moment, text } from './schema-values.ts'

const checkCode = z.enum(Object.keys(healthChecks) as HealthCheckCode[])

const finding = schemaOf<StandingFinding>()(
  z.strictObject({
    check: checkCode,
    severity: z.enum(['fault', 'warning']),
    subject: text,
    links: list,
    vni: count.optional(),
    vtep: text.optional(),
    mac: text.optional(),
    found: text,
    means: text,
    cure: text,
    since: moment.optional(),
  }),
)

/** `/v1/health`. */
export const healthReportSchema = schemaOf<HealthReport>()(
  z.strictObject({
    at: moment,
    tookMs: z.number(),
    watchedSeconds: count,
    faults: count,
    warnings: count,
    checks: z.array(
      schemaOf<HealthReport['checks'][number]>()(
        z.strictObject({
          check: checkCode,
          question: text,
          result: z.enum(['ok', 'fault', 'warning', 'not looked', 'nothing to look at']),
          lookedAt: text,
          why: text.optional(),
          findings: z.array(finding),
        }),
      ),
    ),
    unseen: list,
    links: list,
    vteps: list,
  }),
)

/** What `/v1/status` says of it. */
export const healthStatusSchema = schemaOf<HealthStatus>()(
  z.strictObject({
    verdict: z.enum(['no fault seen', 'impaired']),
    checkedAt: moment,
    faults: count,
    warnings: count,
    findings: z.array(finding),
  }),
)
