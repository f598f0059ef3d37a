/** What a plan is run against on this host: its kernel, /proc/sys and /proc/net, in the network namespace of this process. */
import type { ReplacePolicy } from '../facts/replace-policy.ts'
import { writeSysctl } from '../host/sysctls.ts'
import { readMemberships } from '../kernel/multicast-membership.ts'
import type { ApplyContext } from '../reconcile/apply/apply.ts'

/** @param replace whether links may be replaced for which no file says so */
export function applyContextHere(
  parts: Pick<ApplyContext, 'client' | 'observer' | 'ownership' | 'release'>,
  replace: ReplacePolicy = 'always',
): ApplyContext {
  return { ...parts, writeSysctl, readMemberships, replace }
}
