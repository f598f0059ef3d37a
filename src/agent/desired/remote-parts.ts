/** The entries of `remotes`: each an address alone, a mapping, or the word for the members of the fleet. */
import { fleetWord } from './schema/fleet.ts'
import type { RemoteSpec } from './schema/forwarding.ts'

export type RemoteParts = Exclude<RemoteSpec, string>

/** An entry that names a VTEP, and its index in the list. */
export interface StatedRemote {
  readonly index: number
  readonly parts: RemoteParts
}

/** Those that name a VTEP. Whom the fleet has, a file does not say. */
export function statedRemotes(remotes: readonly RemoteSpec[] = []): readonly StatedRemote[] {
  return remotes.flatMap((remote, index) => (remote === fleetWord ? [] : [{ index, parts: remoteParts(remote) }]))
}

/** Whether the members of the fleet are among them. */
export function asksFleet({ remotes = [] }: { readonly remotes?: readonly RemoteSpec[] }): boolean {
  return remotes.includes(fleetWord)
}

/** One that names a VTEP, as a mapping. */
function remoteParts(remote: RemoteSpec): RemoteParts {
  return typeof remote === 'string' ? { dst: remote } : remote
}
