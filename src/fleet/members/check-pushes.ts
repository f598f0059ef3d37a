/** What does not fit together about pushed files. Pure. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { FleetFinding } from './finding.ts'
import type { HostStanding, PushReport } from './push-standing.ts'

/** Hosts that one message names. */
const mostNamed = 8

export function checkPushes(pushes: readonly PushReport[]): FleetFinding[] {
  return pushes.flatMap((push) => [...notApplied(push), ...stopped(push), ...unknown(push)])
}

function notApplied({ name, revision, hosts, isConfirmed, confirmSeconds }: PushReport): FleetFinding[] {
  const failed = hosts.filter(({ state }) => state === 'refused' || state === 'returned')
  const late = hosts.filter(({ state }) => state === 'waiting' || state === 'silent')
  const what = `revision ${revision} of the pushed file ${name}`
  const trial = confirmSeconds !== undefined && !isConfirmed
  return [
    ...(failed.length === 0
      ? []
      : [
          finding(
            'push-not-applied',
            failed,
            `${what} was refused by, or returned on, ${named(failed)}; mend what they say, and push again, or vxagent fleet rollback ${name}`,
          ),
        ]),
    ...(late.length === 0 || trial
      ? []
      : [
          finding(
            'push-not-applied',
            late,
            `${named(late)} ${late.length === 1 ? 'has' : 'have'} not said to have ${what}; look at vxagent-fleet there`,
          ),
        ]),
  ]
}

function stopped({ name, revision, isReleased, hosts }: PushReport): FleetFinding[] {
  const held = hosts.filter(({ state }) => state === 'held back')
  return isReleased || held.length === 0
    ? []
    : [
        finding(
          'push-stopped',
          held,
          `revision ${revision} of the pushed file ${name} is not released to ${named(held)}: the push is under way, was stopped, or its command was killed; push again, or vxagent fleet rollback ${name}`,
        ),
      ]
}

function unknown({ name, revision, others, hosts }: PushReport): FleetFinding[] {
  const ahead = [
    ...others.filter(({ isAhead }) => isAhead).map(({ node }) => node),
    ...hosts.filter(({ inForce = 0 }) => inForce > revision).map(({ node }) => node),
  ]
  return ahead.length === 0
    ? []
    : [
        {
          code: 'push-unknown',
          severity: 'warning',
          nodes: ahead,
          message: `${ahead.slice(0, mostNamed).join(', ')} ${ahead.length === 1 ? 'has' : 'have'} a later revision of the pushed file ${name} than the store, which was restored; they keep it: push the file again`,
        },
      ]
}

function finding(
  code: 'push-not-applied' | 'push-stopped',
  hosts: readonly HostStanding[],
  message: string,
): FleetFinding {
  return { code, severity: 'warning', nodes: hosts.map(({ node }) => node), message }
}

function named(hosts: readonly HostStanding[]): string {
  const more = hosts.length - mostNamed
  const texts = hosts
    .slice(0, mostNamed)
    .map(({ node, reason }) => (reason === undefined ? node : `${node} (${reason})`))
  return [...texts, ...(more > 0 ? [`and ${countOf(more, 'other')}`] : [])].join(', ')
}
