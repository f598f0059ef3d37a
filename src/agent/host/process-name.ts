/** The name of this process, by which ps, top, pgrep and systemctl know it. */
import { writeFileSync } from 'node:fs'

/** Node.js names its main thread MainThread, and so the process. What it was started with stays as it is. Source: proc_pid_comm(5). */
export function nameProcess(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name)
  } catch {
    // A name is not worth a failure.
  }
}
