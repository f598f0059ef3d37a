/** Options of the commands that push files to hosts of the fleet, and who pushes. */
import { hostname, userInfo } from 'node:os'
import type { PushPlace } from '../fleet/operate/push-session.ts'
import type { Input } from './input.ts'
import { type OpenStore, operatorOptions, readName } from './operator.ts'
import { type Flag, readText, type ValueOption, wholeNumber } from './options.ts'
import { UsageError } from './usage-error.ts'

export const to: ValueOption<string | undefined> = {
  name: 'to',
  placeholder: 'SELECTOR',
  description:
    'the hosts: ids and patterns of ids (vyos01, ubuntu*), all, or those of a VNI (vni:42, vni:100-199), with commas between; !vyos02 leaves a host out',
  fallback: undefined,
  isList: true,
  read: readText,
}
export const canary: ValueOption<number | undefined> = {
  name: 'canary',
  placeholder: 'N',
  description: 'how many hosts take it first, by name; by default 1 where there are more than 3, and 0 for none',
  fallback: undefined,
  read: wholeNumber(0, 1000),
}
export const confirmWithin: ValueOption<number | undefined> = {
  name: 'confirm',
  placeholder: 'SECONDS',
  description:
    'each host returns to the state before unless vxagent fleet confirm reaches it within so long, 15 to 86400',
  fallback: undefined,
  read: wholeNumber(15, 86_400),
}
export const stageTimeout: ValueOption<number> = {
  name: 'timeout',
  placeholder: 'SECONDS',
  description: 'how long the hosts of one stage may take; with --confirm a third of that at most',
  fallback: 60,
  read: wholeNumber(1, 3600),
}
export const soak: ValueOption<number> = {
  name: 'soak',
  placeholder: 'SECONDS',
  description: 'how long the first hosts are watched before the others follow',
  fallback: 5,
  read: wholeNumber(0, 3600),
}
export const answerWithin: ValueOption<number> = {
  name: 'answer-within',
  placeholder: 'SECONDS',
  description: 'how long the answers of the hosts are waited for',
  fallback: 10,
  read: wholeNumber(1, 300),
}
export const partial: Flag = {
  name: 'partial',
  description: 'leave out hosts that would not take it, or do not answer; without it nothing is pushed then',
}
export const yes: Flag = { name: 'yes', description: 'do not ask; needed where there is no terminal to ask at' }
export const planOnly: Flag = { name: 'dry-run', description: 'show the plan of each host, and push nothing' }

/** What pushing and rolling back have in common. */
export const pushOptions = [
  ...[to, canary, confirmWithin, stageTimeout, soak, answerWithin],
  ...[partial, yes, planOnly],
  ...operatorOptions,
]

/** The terms of a push, as they were given. */
export function termsOf(input: Input): {
  readonly canary?: number
  readonly confirmSeconds?: number
  readonly isPartial: boolean
  readonly times: { readonly answerMs: number; readonly stageMs: number; readonly soakMs: number }
} {
  const [canaries, confirmSeconds] = [input.value(canary), input.value(confirmWithin)]
  return {
    ...(canaries !== undefined && { canary: canaries }),
    ...(confirmSeconds !== undefined && { confirmSeconds }),
    isPartial: input.has(partial),
    times: {
      answerMs: input.value(answerWithin) * 1000,
      stageMs: input.value(stageTimeout) * 1000,
      soakMs: input.value(soak) * 1000,
    },
  }
}

/** Where it is pushed, and who does it. */
export async function placeOf({ store, fleet, certificate }: OpenStore): Promise<PushPlace> {
  const { readOwnCertificate } = await import('../fleet/run/credentials.ts')
  const commonName = certificate && readOwnCertificate(certificate, '--cert').commonName
  return {
    store,
    fleet,
    operator: {
      user: oneLine(process.env['SUDO_USER'] ?? userInfo().username),
      host: oneLine(hostname()),
      ...(commonName !== undefined && { certificate: oneLine(commonName) }),
    },
  }
}

function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 64)
}

/** The one file that is meant. Throws UsageError. */
export function readFileName(operands: readonly string[]): string {
  const [name, ...more] = operands
  if (name === undefined || more.length > 0) {
    throw new UsageError('say one pushed file: its NAME, as vxagent fleet history has it')
  }
  return readName(name, 'NAME')
}
