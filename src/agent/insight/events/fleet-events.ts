/** What has changed from one handover of the fleet process to the next → events. Pure. */
import type { FleetHandover, FleetProblem, FleetRemote } from '../../answers/fleet.ts'
import type { EventDraft } from './event-log.ts'

/** So many of a kind at once are events of their own; more are one with their count. */
const mostOfAKind = 20

/** A member as a link knows it. */
interface Known {
  readonly dev: string
  readonly vni: number
  readonly remote: FleetRemote
}

type Told = Pick<FleetHandover, 'mode' | 'reason' | 'links' | 'problems' | 'fleet'>

/** @param before undefined: nothing was handed over before, or of another fleet */
export function fleetEvents(before: Told | undefined, now: Told): EventDraft[] {
  const earlier = before?.fleet === now.fleet ? before : undefined
  return [...modeEvents(earlier, now), ...memberEvents(earlier, now), ...problemEvents(earlier, now)]
}

function modeEvents(before: Told | undefined, { mode, reason, fleet }: Told): EventDraft[] {
  return before?.mode === mode
    ? []
    : [{ kind: 'fleet-mode', state: mode, from: fleet, ...(reason !== undefined && { cause: reason }) }]
}

function memberEvents(before: Told | undefined, now: Told): EventDraft[] {
  const [was, is] = [membersOf(before), membersOf(now)]
  const joined = [...is].filter(([key]) => !was.has(key))
  const stayed = [...is].flatMap(([key, known]) => {
    const earlier = was.get(key)
    return earlier === undefined ? [] : [{ earlier: earlier.remote, known }]
  })
  const gone = stayed.filter(({ earlier, known }) => earlier.state === 'present' && known.remote.state === 'gone')
  const back = stayed.filter(({ earlier, known }) => earlier.state === 'gone' && known.remote.state === 'present')
  const removed = [...was].filter(([key]) => !is.has(key))
  return [
    ...bounded(
      'member-joined',
      joined.map(([, known]) => known),
    ),
    ...bounded(
      'member-back',
      back.map(({ known }) => known),
    ),
    ...bounded(
      'member-gone',
      gone.map(({ known }) => known),
    ),
    ...bounded(
      'member-removed',
      removed.map(([, known]) => known),
    ),
  ]
}

/** By link and destination. */
function membersOf(told: Told | undefined): Map<string, Known> {
  const members = new Map<string, Known>()
  for (const [dev, { vni, remotes }] of Object.entries(told?.links ?? {})) {
    for (const remote of remotes) {
      members.set(`${dev} ${remote.node} ${remote.dst}`, { dev, vni, remote })
    }
  }
  return members
}

function bounded(kind: EventDraft['kind'], all: readonly Known[]): EventDraft[] {
  const drafts = all.map(({ dev, vni, remote: { dst, node, removedAt } }) => ({
    ...{ kind, dev, vni, vtep: dst, node },
    ...(kind === 'member-gone' && removedAt !== undefined && { cause: `its entry is removed at ${removedAt}` }),
  }))
  const [first] = drafts
  return first !== undefined && drafts.length > mostOfAKind ? [{ ...first, count: drafts.length }] : drafts
}

function problemEvents(before: Told | undefined, now: Told): EventDraft[] {
  const [was, is] = [before?.problems ?? [], now.problems].map(
    (problems) => new Map(problems.map((each) => [keyOf(each), each])),
  )
  const begun = now.problems.filter((each) => was?.has(keyOf(each)) !== true)
  const over = (before?.problems ?? []).filter((each) => is?.has(keyOf(each)) !== true)
  return [...someProblems('fleet-problem', begun), ...someProblems('fleet-problem-over', over)]
}

function someProblems(kind: EventDraft['kind'], problems: readonly FleetProblem[]): EventDraft[] {
  const drafts = problems.map(({ message, nodes: [node], vni, since }) => ({
    ...{ kind, cause: message },
    ...(node !== undefined && { node }),
    ...(vni !== undefined && { vni }),
    ...(kind === 'fleet-problem-over' && { since }),
  }))
  const [first] = drafts
  return first !== undefined && drafts.length > mostOfAKind ? [{ ...first, count: drafts.length }] : drafts
}

/** Of the same problem the sentence may change. */
function keyOf({ code, vni, nodes, since }: FleetProblem): string {
  return JSON.stringify([code, vni, nodes, since])
}
