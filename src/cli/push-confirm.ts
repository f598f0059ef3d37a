/** The word that keeps a pushed file which is on trial, and what hosts make of it. */
import type { PushReport } from '../fleet/members/push-standing.ts'
import type { PushPlace } from '../fleet/operate/push-session.ts'
import { paintFor } from './colour.ts'
import type { ExitCode } from './commands/command.ts'
import { exitCodes } from './exit-codes.ts'
import type { Input } from './input.ts'
import { json } from './options.ts'
import { complain, type Io, write, writeJson } from './output.ts'
import { printable } from './printable.ts'
import { stageTimeout } from './push-options.ts'
import { progressOn } from './push-progress.ts'

/** Confirms it, and waits until no host is on trial any more. Fails with StoreError or NotToBeDone. */
export async function runConfirm(place: PushPlace, name: string, input: Input, io: Io): Promise<ExitCode> {
  const { confirmPush, watchHosts } = await import('../fleet/operate/push-history.ts')
  const push = await confirmPush(place, name)
  const progress = await progressOn(io)
  let isFirst = true
  const notYet: string[] = []
  const report = await watchHosts(place, name, {
    push,
    waitMs: input.value(stageTimeout) * 1000,
    isSettled: ({ hosts }) =>
      hosts.every(({ state }) => state === 'applied' || state === 'returned' || state === 'refused'),
    onLook: ({ hosts }) => {
      if (isFirst) {
        isFirst = false
        notYet.push(...hosts.filter(({ state }) => state !== 'trial' && state !== 'applied').map(({ node }) => node))
      }
      progress.show(hosts)
    },
  })
  progress.end()
  if (input.has(json)) {
    await writeJson(io.stdout, { ...report, notAppliedWhenConfirmed: notYet })
  } else {
    await tell(report, notYet, io)
  }
  return report.hosts.every(({ state }) => state === 'applied') ? exitCodes.ok : exitCodes.notConverged
}

async function tell({ name, revision, hosts }: PushReport, notYet: readonly string[], io: Io): Promise<void> {
  const { standingLine } = await import('./views/fleet-push.ts')
  const paint = paintFor(io.stdout, io.env)
  const kept = hosts.filter(({ state }) => state === 'applied')
  if (notYet.length > 0) {
    await complain(io, printable(`not applied when it was confirmed: ${notYet.join(', ')}`))
  }
  await write(
    io.stdout,
    `revision ${revision} of ${printable(name)} is confirmed: ${kept.length} of ${hosts.length} hosts keep it\n`,
  )
  await write(
    io.stdout,
    hosts.filter(({ state }) => state !== 'applied').map((host) => `  ${standingLine(host, paint)}`),
  )
}
