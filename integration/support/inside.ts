/** A netlink socket belongs to the namespace in which it was opened, so a test need only be there for that moment. */
import { closeSync, openSync } from 'node:fs'
import koffi from 'koffi'

const CLONE_NEWNET = 0x40000000
const setns = koffi.load(null).func('int setns(int fd, int type)')

/** Runs `open` with this thread in the named network namespace, then goes back. `open` must do its work before it returns. */
export function inNetns<T>(name: string, open: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r')
  const there = openSync(`/run/netns/${name}`, 'r')
  try {
    enter(there, name)
    return open()
  } finally {
    enter(home, 'of the test')
    closeSync(home)
    closeSync(there)
  }
}

/** Leaves this thread in the named network namespace, with all connections that it opens. Gives what takes it back. */
export function stayInNetns(name: string): () => void {
  const home = openSync('/proc/thread-self/ns/net', 'r')
  const there = openSync(`/run/netns/${name}`, 'r')
  enter(there, name)
  closeSync(there)
  return () => {
    enter(home, 'of the test')
    closeSync(home)
  }
}

function enter(fd: number, name: string): void {
  if (setns(fd, CLONE_NEWNET) !== 0) {
    throw new Error(`cannot enter network namespace ${name}: errno ${koffi.errno()}`)
  }
}
