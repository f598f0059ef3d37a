/** What a plan is run against on this host: its kernel, /proc/sys and /proc/net, in the network namespace of this process. */
import { release } from 'node:os'
import type { Workplace } from './apply/apply.ts'
import { writeSysctl } from './apply/sysctls.ts'
import type { ReplacePolicy } from './model/replace-policy.ts'
import { readMemberships } from './underlay/membership.ts'

/** @param replace whether links may be replaced for which no file says so */
export function workplaceHere(
  parts: Pick<Workplace, 'client' | 'observer' | 'ownership'>,
  replace: ReplacePolicy = 'always',
): Workplace {
  return { ...parts, release: release(), writeSysctl, readMemberships, replace }
}
