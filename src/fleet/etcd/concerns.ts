/** What of a store's state an operator should know: read from its status, without I/O. */
import { type Member, StoreError, type StoreStatus } from './store.ts'

/** Something about the store that needs attention. */
export interface Concern {
  readonly kind:
    | 'unreachable'
    | 'no-leader'
    | 'old-version'
    | 'inconsistent-version'
    | 'alarm'
    | 'mixed-clusters'
    | 'learner'
  /** The endpoint that it was seen at; absent if it concerns all. */
  readonly endpoint?: string
  /** A sentence: what is so, what follows, what to do. */
  readonly message: string
}

/** All concerns, endpoint by endpoint. */
export function concernsOf({ endpoints, members }: StoreStatus): Concern[] {
  const found: Concern[] = []
  const clusters = new Set<string>()
  for (const each of endpoints) {
    const { endpoint } = each
    if ('error' in each) {
      found.push({ kind: 'unreachable', endpoint, message: each.error.message })
      continue
    }
    const { version, leader, isLearner, alarms, cluster } = each.status
    clusters.add(cluster)
    found.push(...versionConcerns(endpoint, version))
    if (leader === undefined) {
      const message = `${endpoint} knows no leader: nothing can be written there; a majority of the members must run and reach each other`
      found.push({ kind: 'no-leader', endpoint, message })
    }
    if (isLearner) {
      const message = `${endpoint} is a learner, which serves no watches: remove it from \`endpoints\`, or promote it`
      found.push({ kind: 'learner', endpoint, message })
    }
    for (const { kind, member } of alarms) {
      found.push({
        kind: 'alarm',
        endpoint,
        message: `${endpoint} reports the alarm ${kind} of ${nameOf(member, members)}: ${cure(kind)}`,
      })
    }
  }
  if (clusters.size > 1) {
    const message = `the endpoints belong to ${clusters.size} clusters (${[...clusters].join(', ')}): list those of one cluster only`
    found.push({ kind: 'mixed-clusters', message })
  }
  return found
}

function versionConcerns(endpoint: string, version: string): Concern[] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major < 3 || (major === 3 && minor < 4)) {
    const message = `${endpoint} is etcd ${version}, which cannot split large watch answers: update it to 3.4 or later`
    return [{ kind: 'old-version', endpoint, message }]
  }
  if (major === 3 && minor === 5 && patch <= 2) {
    const message = `${endpoint} is etcd ${version}, whose data may become inconsistent after a crash: update it to 3.5.3 or later`
    return [{ kind: 'inconsistent-version', endpoint, message }]
  }
  return []
}

function cure(alarm: string): string {
  switch (alarm) {
    case 'NOSPACE':
      return 'it serves reads and deletes only; compact and defragment it, then disarm the alarm, or raise --quota-backend-bytes'
    case 'CORRUPT':
      return 'its data differs from that of the other members; replace the damaged member'
    default:
      return 'see the log of that member'
  }
}

function nameOf(id: string, members: readonly Member[] | StoreError): string {
  const member = members instanceof StoreError ? undefined : members.find((each) => each.id === id)
  return member === undefined || member.name === '' ? `member ${id}` : `member ${member.name}`
}
