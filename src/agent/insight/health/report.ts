/** What was gathered → what each check says. Pure. */
import {
  type HealthCheckResult,
  type HealthFinding,
  type HealthReport,
  healthChecks,
  type StandingFinding,
} from '../../answers/health.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import type { Check, Looked } from './check.ts'
import { checks } from './checks.ts'
import { compareNames, type HealthFacts } from './facts.ts'
import { unseenBy } from './unseen.ts'

/** What a look has come to; how long it took is for whoever measures it to say. */
export type Findings = Omit<HealthReport, 'tookMs'>

/** Runs all checks. @param sinceOf since when a finding is there: ISO 8601 */
export function* reportOf(
  facts: HealthFacts,
  sinceOf: (finding: HealthFinding) => string | undefined = () => undefined,
): Steps<Findings> {
  const results: HealthCheckResult[] = []
  for (const check of checks) {
    yield
    results.push(resultOf(check, yield* look(check, facts), sinceOf))
  }
  const findings = results.flatMap((result) => result.findings)
  return {
    at: new Date(facts.nowMs).toISOString(),
    watchedSeconds: Math.round(facts.counters.watchedMs / 1000),
    faults: findings.filter(({ severity }) => severity === 'fault').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    checks: results,
    unseen: unseenBy(facts),
    links: facts.vxlans.map(({ name }) => name),
    vteps: yield* vtepsOf(facts),
  }
}

/** The VTEPs and groups that links lead to. */
function* vtepsOf({ remotes }: HealthFacts): Steps<string[]> {
  const vteps = new Set<string>()
  yield* eachStep(remotes, ({ query, address }) => {
    if (query !== undefined) {
      vteps.add(address)
    }
  })
  return [...vteps].sort(compareNames)
}

function* look(check: Check, facts: HealthFacts): Steps<Looked> {
  const looked = check.look(facts)
  return 'next' in looked ? yield* looked : looked
}

function resultOf(
  { code }: Check,
  { found, at, whyNot }: Looked,
  sinceOf: (finding: HealthFinding) => string | undefined,
): HealthCheckResult {
  const findings = found.map((each): StandingFinding => {
    const finding = { check: code, ...each }
    const since = sinceOf(finding)
    return since === undefined ? finding : { ...finding, since }
  })
  const isFault = findings.some(({ severity }) => severity === 'fault')
  const base = { check: code, question: healthChecks[code], lookedAt: at, findings }
  if (findings.length > 0) {
    return { ...base, result: isFault ? 'fault' : 'warning' }
  }
  if (whyNot !== undefined) {
    return { ...base, result: 'not looked', why: whyNot }
  }
  return { ...base, result: at === '' ? 'nothing to look at' : 'ok' }
}

/** Of a report the part that concerns a link, or a VTEP; findings of the host as a whole stay. */
export function narrowed(report: HealthReport, subject: string): HealthReport {
  const concerns = ({ links, vtep, mac }: HealthFinding): boolean =>
    links.length === 0 || links.includes(subject) || vtep === subject || mac === subject
  const checksOf = report.checks.map((check): HealthCheckResult => {
    const findings = check.findings.filter(concerns)
    const isFault = findings.some(({ severity }) => severity === 'fault')
    const isBad = check.result === 'fault' || check.result === 'warning'
    return {
      ...check,
      findings,
      result: !isBad ? check.result : isFault ? 'fault' : findings.length > 0 ? 'warning' : 'ok',
    }
  })
  const findings = checksOf.flatMap((check) => check.findings)
  return {
    ...report,
    checks: checksOf,
    faults: findings.filter(({ severity }) => severity === 'fault').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
  }
}
