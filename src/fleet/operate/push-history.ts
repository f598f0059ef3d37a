/** Earlier pushes of a file, a return to one of them, and the word that keeps what is on trial. */
import type { Store } from '../etcd/store.ts'
import { type FilesByNode, type PushReport, pushReport } from '../members/push-standing.ts'
import { keysOf, pushOfKey } from '../records/keys.ts'
import { type Push, readableOnly, readPush } from '../records/push-record.ts'
import { NotToBeDone } from './parts.ts'
import { type PushRequest, pushOperations } from './push.ts'
import { membersOf } from './push-plan.ts'
import { filesIn, type PushPlace, pause } from './push-session.ts'

type Reading = Pick<Store, 'get' | 'list'>

/** How often hosts are looked at, in milliseconds. */
const lookMs = 500

/** The last push of a file. Throws NotToBeDone where there is none. */
export async function lastPush(
  { store, fleet }: { readonly store: Reading; readonly fleet: string },
  name: string,
): Promise<{ readonly push: Push; readonly modRevision: number }> {
  const entry = await store.get(keysOf(fleet).push(name))
  if (entry === undefined) {
    throw new NotToBeDone(
      `no file ${name} was pushed to the fleet ${fleet}; vxagent fleet history shows those that were`,
    )
  }
  const push = readableOnly(entry, readPush)
  if (push === undefined) {
    throw new NotToBeDone(`what the store has of ${name} cannot be read; push the file again`)
  }
  return { push, modRevision: entry.modRevision }
}

/** The last push of each file, by name. What nobody can read is left out. */
export async function lastPushes({
  store,
  fleet,
}: {
  readonly store: Reading
  readonly fleet: string
}): Promise<ReadonlyMap<string, Push>> {
  const { config } = keysOf(fleet)
  const { entries } = await store.list(config)
  return new Map(
    entries.flatMap((entry) => {
      const place = pushOfKey(config, entry.key)
      const push = place?.what === 'file' ? readableOnly(entry, readPush) : undefined
      return place === undefined || push === undefined ? [] : [[place.name, push] as const]
    }),
  )
}

/** The pushes of a file that are kept, the newest first. */
export async function historyOf(
  { store, fleet }: { readonly store: Reading; readonly fleet: string },
  name: string,
): Promise<readonly Push[]> {
  const { entries } = await store.list(keysOf(fleet).pushHistory(name))
  return entries
    .flatMap((entry) => readableOnly(entry, readPush) ?? [])
    .toSorted((one, other) => other.revision - one.revision)
}

/** What the last pushes came to. @param name of one file; undefined: of all */
export async function reports(
  place: { readonly store: Reading; readonly fleet: string },
  name?: string,
): Promise<readonly PushReport[]> {
  const [pushes, files] = await Promise.all([lastPushes(place), filesIn(place.store, place.fleet)])
  return [...pushes]
    .filter(([each]) => name === undefined || each === name)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([each, push]) => pushReport(each, push, files))
}

/**
 * What pushes an earlier revision again. Without a revision: the last one before the present one that was released, or the removal of the file if
 * there is none. Without hosts: all that the last push names, or that have the file. Throws NotToBeDone.
 */
export async function requestToReturn(
  place: Pick<PushPlace, 'store' | 'fleet'>,
  name: string,
  {
    revision,
    to,
    ...terms
  }: { readonly revision?: number | 'none'; readonly to?: string } & Pick<
    PushRequest,
    'canary' | 'confirmSeconds' | 'isPartial' | 'times'
  >,
): Promise<PushRequest> {
  const { push } = await lastPush(place, name)
  const target = revision === 'none' ? undefined : await earlier(place, name, { push, revision })
  const request = {
    name,
    ...terms,
    to: to ?? (await hostsOf(place, name, push)),
    ...(target !== undefined && { restores: target.revision }),
  }
  return target?.text === undefined ? request : { ...request, text: target.text }
}

async function earlier(
  place: Pick<PushPlace, 'store' | 'fleet'>,
  name: string,
  { push, revision }: { readonly push: Push; readonly revision: number | undefined },
): Promise<Push | undefined> {
  const history = await historyOf(place, name)
  const found =
    revision === undefined
      ? history.find((each) => each.revision < push.revision && each.isReleased)
      : history.find((each) => each.revision === revision)
  if (revision !== undefined && found === undefined) {
    const kept = history.map((each) => each.revision).join(', ')
    throw new NotToBeDone(`revision ${revision} of ${name} is not kept; there are ${kept}, and none`)
  }
  return found
}

/** Hosts that the last push names, or that have the file, and whose record is in the store. */
async function hostsOf(
  { store, fleet }: Pick<PushPlace, 'store' | 'fleet'>,
  name: string,
  push: Push,
): Promise<readonly string[]> {
  const [members, files] = await Promise.all([membersOf(store, fleet), filesIn(store, fleet)])
  const has = (node: string): boolean =>
    files.get(node)?.files.some((each) => each.name === name && each.inForce !== undefined) === true
  const named = new Set([...push.canaries, ...push.nodes])
  const hosts = members.map(({ node }) => node).filter((node) => named.has(node) || has(node))
  if (hosts.length === 0) {
    throw new NotToBeDone(`no host that has ${name}, or was to get it, is in the store now`)
  }
  return hosts.toSorted()
}

/** The file that is meant where no name is given: the one that waits for a confirmation. Throws NotToBeDone. */
export function waitingFile(pushes: ReadonlyMap<string, Push>): string {
  const waiting = [...pushes].filter(([, push]) => push.confirmSeconds !== undefined && push.confirmed === undefined)
  const [first, ...more] = waiting
  if (first === undefined) {
    throw new NotToBeDone('nothing to confirm: no pushed file waits for a confirmation')
  }
  if (more.length > 0) {
    throw new NotToBeDone(
      `several files wait for a confirmation: ${waiting.map(([name]) => name).join(', ')}; name one`,
    )
  }
  return first[0]
}

/** Writes that the last push of a file is confirmed. Throws NotToBeDone where it need not be, or somebody else changed it. */
export async function confirmPush({ store, fleet, operator }: PushPlace, name: string): Promise<Push> {
  const { push, modRevision } = await lastPush({ store, fleet }, name)
  if (push.confirmSeconds === undefined) {
    throw new NotToBeDone(`nothing to confirm: revision ${push.revision} of ${name} was pushed without --confirm`)
  }
  if (push.confirmed !== undefined) {
    return push
  }
  const confirmed = { ...push, confirmed: { by: operator, at: new Date().toISOString() } }
  const condition = { key: keysOf(fleet).push(name), modRevision }
  const { done } = await store.commit(pushOperations(fleet, name, confirmed), [condition])
  if (!done) {
    throw new NotToBeDone(
      `somebody else has changed ${name} just now; look at vxagent fleet history ${name}, and run this again`,
    )
  }
  return confirmed
}

/** Looks until the hosts of a push are where `isSettled` wants them, or the time is over. */
export async function watchHosts(
  { store, fleet }: { readonly store: Reading; readonly fleet: string },
  name: string,
  {
    push,
    waitMs,
    isSettled,
    onLook,
  }: {
    readonly push: Push
    readonly waitMs: number
    readonly isSettled: (report: PushReport) => boolean
    readonly onLook: (report: PushReport) => void
  },
): Promise<PushReport> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const isLate = performance.now() >= deadline
    const files: FilesByNode = await filesIn(store, fleet)
    const report = pushReport(name, push, files)
    onLook(report)
    if (isLate || isSettled(report)) {
      return report
    }
    await pause(lookMs)
  }
}
