/** An entry of `remotes`, which may be the address alone. */
import type { RemoteSpec } from './schema/forwarding.ts'

/** It as a mapping. */
export function remoteParts(remote: RemoteSpec): Exclude<RemoteSpec, string> {
  return typeof remote === 'string' ? { dst: remote } : remote
}
