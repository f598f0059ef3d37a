/** Where links live: they do not outlive a boot, nor their network namespace. */
import { readFileSync, statSync } from 'node:fs'
import { networkNamespaceCookie } from '../host/libc.ts'

export interface BootAndNamespace {
  readonly bootId: string
  /** The cookie of the network namespace; on kernels without one its inode, which the kernel uses again. */
  readonly networkNamespace: string
}

/** Links that are in reach; that went with an earlier boot; that are in another network namespace of this one. */
export type RecordOrigin = 'no record' | 'here' | 'another boot' | 'another namespace'

/** Of which a process here can say what became of the links. */
export type RecordInReach = Exclude<RecordOrigin, 'another namespace'>

/** Where links are, seen from `here`. */
export function originOf(record: BootAndNamespace, here: BootAndNamespace): Exclude<RecordOrigin, 'no record'> {
  if (record.bootId !== here.bootId) {
    return 'another boot'
  }
  return record.networkNamespace === here.networkNamespace ? 'here' : 'another namespace'
}

/** Where links of this process's are made. */
export function bootAndNamespaceHere(): BootAndNamespace {
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    networkNamespace: `${networkNamespaceCookie() ?? statSync('/proc/self/ns/net').ino}`,
  }
}
