/** Where links live: they do not outlive a boot, nor their network namespace. */
import { readFileSync, statSync } from 'node:fs'
import { networkNamespaceCookie } from '../host/libc.ts'

export interface Home {
  readonly bootId: string
  /** The cookie of the network namespace; on kernels without one its inode, which the kernel uses again. */
  readonly networkNamespace: string
}

/** Links that are in reach; that went with an earlier boot; that are in another network namespace of this one. */
export type RecordOrigin = 'no record' | 'here' | 'another boot' | 'another namespace'

/** Of which a process here can say what became of the links. */
export type RecordInReach = Exclude<RecordOrigin, 'another namespace'>

/** Where links are, seen from `home`. */
export function originOf(record: Home, home: Home): Exclude<RecordOrigin, 'no record'> {
  if (record.bootId !== home.bootId) {
    return 'another boot'
  }
  return record.networkNamespace === home.networkNamespace ? 'here' : 'another namespace'
}

/** Where links of this process's are made. */
export function homeOfThisProcess(): Home {
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    networkNamespace: `${networkNamespaceCookie() ?? statSync('/proc/self/ns/net').ino}`,
  }
}
