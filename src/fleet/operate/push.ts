/**
 * Pushes a desired file to hosts: a plan of each host first, then a few of them, then the rest. The store has what each host is to do now, so that
 * a command that is killed leaves a known state: what is not released is taken by nobody.
 */
import { randomUUID } from 'node:crypto'
import {
  type Condition,
  type FilesByNode,
  type HostStanding,
  hostStanding,
  whatIsWorse,
} from '../members/push-standing.ts'
import { keysOf } from '../records/keys.ts'
import { largestPush, mostHistory, type Push, readPush, writePush } from '../records/push-record.ts'
import { NotToBeDone } from './parts.ts'
import { canariesOf, type HostOutlook, membersOf, outlookOf, planOf, select, wouldTake } from './push-plan.ts'
import { type PushPlace, PushSession } from './push-session.ts'

/** What is to be pushed, and on which terms. */
export interface PushRequest {
  readonly name: string
  /** Absent: the file is removed. */
  readonly text?: string
  /** Whom it is for: a selector, or hosts by id. */
  readonly to: string | readonly string[]
  /** How many take it first; undefined: one of more than three. */
  readonly canary?: number
  readonly confirmSeconds?: number
  /** Whether hosts that would not take it, or do not answer, are left out; else nothing is pushed then. */
  readonly isPartial: boolean
  /** The earlier revision whose text this is. */
  readonly restores?: number
  readonly times: PushTimes
}

/** Milliseconds. */
export interface PushTimes {
  /** How long an answer to the question for a plan is waited for. */
  readonly answerMs: number
  /** How long hosts of one stage may take. */
  readonly stageMs: number
  /** How long canaries are watched after they have applied it. */
  readonly soakMs: number
}

/** What would happen. */
export interface PushPlan {
  readonly name: string
  readonly revision: number
  readonly isRemoval: boolean
  readonly hosts: readonly HostOutlook[]
  /** Hosts that would take it, those first among them, and those that are left out. */
  readonly nodes: readonly string[]
  readonly canaries: readonly string[]
  readonly leftOut: readonly string[]
  readonly restores?: number
}

/** How far it is. */
export interface PushProgress {
  readonly stage: 'canary' | 'all'
  readonly hosts: readonly HostStanding[]
}

/** How it ended. */
export interface PushOutcome {
  readonly plan: PushPlan
  /**
   * `planned`, `declined`: nothing was pushed. `done`: all hosts have it. `stopped`: the canaries have not, and the rest never gets it.
   * `incomplete`: it was released, and some hosts have not.
   */
  readonly result: 'planned' | 'declined' | 'done' | 'stopped' | 'incomplete'
  /** Why it stopped, or what is not as it should be: a sentence for each host. */
  readonly problems: readonly string[]
  readonly hosts: readonly HostStanding[]
  /** Of hosts on trial: milliseconds until the first of them may return. */
  readonly leftMs?: number
}

/** Who is told, and asked. */
export interface PushUi {
  /** Shows the plan, and says whether to go on. */
  readonly onPlan: (plan: PushPlan) => Promise<'go on' | 'planned' | 'declined'>
  readonly onProgress: (progress: PushProgress) => void
}

/** Fails with StoreError or NotToBeDone; nothing was pushed then, unless it says so. */
export async function pushFile(place: PushPlace, request: PushRequest, ui: PushUi): Promise<PushOutcome> {
  const session = await PushSession.open(place, request.name)
  try {
    const { plan, before } = await planPush(place, session, request)
    const word = await ui.onPlan(plan)
    if (word !== 'go on') {
      return { plan, result: word, problems: [], hosts: [] }
    }
    refuseHalf(plan, request)
    return await carryOut(place, session, { request, plan, before, ui })
  } finally {
    await session.close()
  }
}

async function planPush(
  { store, fleet }: PushPlace,
  session: PushSession,
  { name, text, to, canary, confirmSeconds, times, restores }: PushRequest,
): Promise<{ readonly plan: PushPlan; readonly before: FilesByNode }> {
  const selected = typeof to === 'string' ? select(to, await membersOf(store, fleet)) : to
  const question = { ...(text !== undefined && { text }), ...(confirmSeconds !== undefined && { confirmSeconds }) }
  const round = await session.ask(selected, question)
  const asked = { session: session.id, round }
  const before = await session.watch(times.answerMs, (files, isLate) => {
    const open = selected.filter(
      (node) => files.get(node)?.config !== 'refuse' && planOf(files, node, asked) === undefined,
    )
    return open.length === 0 || isLate ? files : undefined
  })
  const hosts = selected.map((node) => outlookOf(node, before, planOf(before, node, asked)))
  const nodes = hosts.filter(wouldTake).map(({ node }) => node)
  const entry = await store.get(keysOf(fleet).push(name))
  // Hosts may know of later ones than the store, if that was restored: a revision that they know would be no news to them.
  const known = [...before.values()].flatMap(({ files }) => files.filter((each) => each.name === name))
  const last = Math.max(entry === undefined ? 0 : revisionOf(entry), 0, ...known.map(({ revision }) => revision))
  const plan = {
    ...{ name, hosts, nodes },
    revision: last + 1,
    isRemoval: text === undefined,
    canaries: canariesOf(nodes, canary),
    leftOut: hosts.filter((host) => !wouldTake(host)).map(({ node }) => node),
    ...(restores !== undefined && { restores }),
  }
  return { plan, before }
}

/** Of a push that nobody can read, nobody took the revision either. */
function revisionOf(entry: Parameters<typeof readPush>[0]): number {
  try {
    return readPush(entry).revision
  } catch {
    return 0
  }
}

/** Throws NotToBeDone. */
function refuseHalf({ hosts, nodes }: PushPlan, { isPartial, name }: PushRequest): void {
  if (nodes.length === 0) {
    throw new NotToBeDone(`none of the hosts would take ${name}: nothing was pushed`)
  }
  const unable = hosts.filter(({ outlook }) => outlook === 'cannot' || outlook === 'silent')
  if (unable.length > 0 && !isPartial) {
    const names = unable.map(({ node }) => node).join(', ')
    throw new NotToBeDone(
      `${names} would not take ${name}, or did not answer: nothing was pushed; mend that, or leave them out with --partial or --to`,
    )
  }
}

interface Work {
  readonly request: PushRequest
  readonly plan: PushPlan
  readonly before: FilesByNode
  readonly ui: PushUi
}

async function carryOut(place: PushPlace, session: PushSession, work: Work): Promise<PushOutcome> {
  const { request, plan } = work
  const { name, nodes, canaries } = plan
  const began = performance.now()
  const key = keysOf(place.fleet).push(name)
  const present = await place.store.get(key)
  let push = pushFrom(place, request, plan)
  let modRevision = await write(place, session, { name, push, modRevision: present?.modRevision ?? 0 })
  const leftMs = (): Pick<PushOutcome, 'leftMs'> =>
    request.confirmSeconds === undefined
      ? {}
      : { leftMs: Math.max(0, request.confirmSeconds * 1000 - (performance.now() - began)) }
  if (canaries.length > 0) {
    const first = await awaitStage(session, { ...work, push, stage: 'canary', nodes: canaries })
    if (first.problems.length > 0) {
      return { plan, result: 'stopped', ...first, ...leftMs() }
    }
    push = { ...push, isReleased: true }
    modRevision = await write(place, session, { name, push, modRevision })
  }
  const { problems, hosts } = await awaitStage(session, { ...work, push, stage: 'all', nodes })
  return { plan, result: problems.length === 0 ? 'done' : 'incomplete', problems, hosts, ...leftMs() }
}

function pushFrom(
  { operator }: PushPlace,
  { text, to, confirmSeconds, restores }: PushRequest,
  { revision, nodes, canaries }: PushPlan,
): Push {
  return {
    v: 1,
    revision,
    id: randomUUID(),
    ...(text !== undefined && { text }),
    selector: (typeof to === 'string' ? to : to.join(',')).slice(0, 1000),
    by: operator,
    at: new Date().toISOString(),
    canaries: [...canaries],
    nodes: [...nodes],
    isReleased: canaries.length === 0,
    ...(confirmSeconds !== undefined && { confirmSeconds }),
    ...(restores !== undefined && { restores }),
  }
}

/** Writes it, with its history. Gives the revision of the store. */
async function write(
  { fleet }: PushPlace,
  session: PushSession,
  { name, push, modRevision }: { readonly name: string; readonly push: Push; readonly modRevision: number },
): Promise<number> {
  const key = keysOf(fleet).push(name)
  const { revision } = await session.commit(pushOperations(fleet, name, push), [{ key, modRevision }])
  return revision
}

/** What puts a push into the store, with its history, which stays bounded. Throws NotToBeDone for one that is too large. */
export function pushOperations(fleet: string, name: string, push: Push): Parameters<PushSession['commit']>[0] {
  const keys = keysOf(fleet)
  const value = writePush(push)
  if (value.length > largestPush) {
    throw new NotToBeDone(
      `${name} would be ${value.length} bytes in the store, and ${largestPush} is the most; split it`,
    )
  }
  const old = push.revision - mostHistory
  return [
    { kind: 'put', key: keys.push(name), value },
    { kind: 'put', key: keys.pushHistory(name, push.revision), value },
    ...(old > 0 ? [{ kind: 'delete' as const, key: keys.pushHistory(name, old) }] : []),
  ]
}

interface Stage extends Work {
  readonly push: Push
  readonly stage: PushProgress['stage']
  readonly nodes: readonly string[]
}

/** What a stage came to: no problems, or why it did not. */
type StageEnd = Pick<PushOutcome, 'problems' | 'hosts'>

/**
 * Waits until all hosts of the stage say that they have it, are not worse than before, and have said so to a question that was asked afterwards: one
 * that is cut off still has its earlier word in the store for the time of its lease. Canaries are watched for a while.
 */
async function awaitStage(session: PushSession, stage: Stage): Promise<StageEnd> {
  const { request, before, nodes, push, ui } = stage
  const { soakMs } = request.times
  const stageMs = stageLimit(request)
  const began = performance.now()
  const judge = (files: FilesByNode): StageJudgement => judgeStage(request.name, push, nodes, { files, before })
  const show = (hosts: readonly HostStanding[]): void => ui.onProgress({ stage: stage.stage, hosts })
  const applied = await session.watch(stageMs, (files, isLate) => {
    const judged = judge(files)
    show(judged.hosts)
    return judged.open.length === 0 || judged.failed.length > 0 || isLate ? judged : undefined
  })
  if (applied.open.length > 0 || applied.failed.length > 0) {
    return { problems: [...applied.failed, ...applied.open], hosts: applied.hosts }
  }
  const goneMs = performance.now() - began
  const watchMs = stage.stage === 'canary' ? Math.min(soakMs, Math.max(0, stageMs - goneMs)) : 0
  const quietUntil = performance.now() + watchMs
  if (watchMs > 0) {
    const soaked = await session.watch(watchMs, (files, isLate) => {
      const judged = judge(files)
      show(judged.hosts)
      return judged.failed.length > 0 || isLate || performance.now() >= quietUntil ? judged : undefined
    })
    if (soaked.failed.length > 0) {
      return { problems: soaked.failed, hosts: soaked.hosts }
    }
  }
  const round = await session.ask(nodes)
  // In a window there is no more time than that of the stage; a moment is needed in any case.
  const leastMs = request.confirmSeconds === undefined ? request.times.answerMs : shortestAnswerMs
  return session.watch(Math.max(leastMs, stageMs - goneMs - watchMs), (files, isLate) => {
    const judged = judge(files)
    const unheard = nodes.filter(
      (node) => !files.get(node)?.heard.some((each) => each.session === session.id && each.round >= round),
    )
    const told = [...judged.failed, ...judged.open]
    const problems = [
      ...told,
      ...unheard
        .filter((node) => !told.some((problem) => problem.startsWith(`${node} `)))
        .map((node) => `${node} has not been heard of since it took the file`),
    ]
    return problems.length === 0 || judged.failed.length > 0 || isLate ? { problems, hosts: judged.hosts } : undefined
  })
}

/** Milliseconds that hosts have for an answer at the least. */
const shortestAnswerMs = 2_000

/** Both stages and a person's confirmation are to fit into the window. */
function stageLimit({ confirmSeconds, times }: PushRequest): number {
  return confirmSeconds === undefined ? times.stageMs : Math.min(times.stageMs, (confirmSeconds * 1000) / 3)
}

interface StageJudgement {
  readonly hosts: readonly HostStanding[]
  /** Why hosts will not have it any more, and why they have not got it yet: a sentence each. */
  readonly failed: readonly string[]
  readonly open: readonly string[]
}

function judgeStage(
  name: string,
  push: Push,
  nodes: readonly string[],
  { files, before }: { readonly files: FilesByNode; readonly before: ReadonlyMap<string, Condition> },
): StageJudgement {
  const hosts = push.nodes.map((node) => hostStanding(name, push, node, files.get(node)))
  const [failed, open]: [string[], string[]] = [[], []]
  for (const { node, state, reason } of hosts.filter((each) => nodes.includes(each.node))) {
    const said = files.get(node)
    if (state === 'refused' || state === 'returned') {
      failed.push(`${node} ${state === 'refused' ? 'refused it' : 'returned to what was before'}: ${reason ?? ''}`)
    } else if (state === 'applied' || state === 'trial') {
      const worse = said && whatIsWorse(before.get(node), said)
      if (worse !== undefined) {
        open.push(`${node} has it, and ${worse}`)
      }
    } else {
      open.push(`${node} has not said that it took it${reason === undefined ? '' : `: ${reason}`}`)
    }
  }
  return { hosts, failed, open }
}
