/**
 * Root at work in a directory that belongs to another user, as `sudo vxagent apply` is in the state directory of the service: with that
 * user's rights to files, and no more. What it makes there is that user's, who can go on with it; and no link that the user lays in the
 * way leads root to where the user may not go.
 */
import { lstatSync, statSync } from 'node:fs'
import { setFileSystemUser } from './libc.ts'

/**
 * Does `work`, which must be over when it returns, with the rights to files of whoever owns `directory`, where this process is root and
 * the owner is not. All else, such as CAP_NET_ADMIN, is kept. A directory that is not there makes no difference.
 */
export function asOwnerOf<T>(directory: string, work: () => T): T {
  const owner = process.geteuid?.() === 0 ? ownerOf(directory) : undefined
  if (owner === undefined || owner.uid === 0) {
    return work()
  }
  const before = setFileSystemUser(owner)
  try {
    return work()
  } finally {
    setFileSystemUser(before)
  }
}

/** A link that is not root's is what counts, wherever it leads. */
function ownerOf(directory: string): { readonly uid: number; readonly gid: number } | undefined {
  const itself = lstatSync(directory, { throwIfNoEntry: false })
  return itself?.isSymbolicLink() && itself.uid === 0 ? statSync(directory, { throwIfNoEntry: false }) : itself
}
