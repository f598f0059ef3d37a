/** Views of the overlay: from the daemon, which remembers, or else from the kernel. */
import type { Inspector } from '../agent/insight/inspector.ts'
import { meansNoDaemon } from './daemon.ts'
import type { Input } from './input.ts'
import { socket } from './options.ts'

/** How a view goes on without a daemon, for `meansNoDaemon`. */
export const withKernelAlone = `leave --${socket.name} out to see what the kernel has`

/** An answer, and who gave it. */
export interface Viewed<T> {
  readonly answer: T
  readonly isOfDaemon: boolean
}

/** What the daemon answers to the path; when none can be asked, what the kernel has. Rejects when the daemon refuses, and as `meansNoDaemon` does. */
export async function byDaemonOrKernel<T>(
  input: Input,
  path: string,
  look: (inspector: Inspector) => Promise<T>,
): Promise<Viewed<T>> {
  return byDaemonOr(input, path, async () => {
    const { withInspector } = await import('../agent/run/look.ts')
    return withInspector(look)
  })
}

/** The same, where what the kernel has is found in another way. */
export async function byDaemonOr<T>(input: Input, path: string, look: () => Promise<T>): Promise<Viewed<T>> {
  const { AgentUnreachable, requestAgent } = await import('../agent/ask/request.ts')
  try {
    return { answer: await requestAgent<T>(input.value(socket), 'GET', path), isOfDaemon: true }
  } catch (error) {
    const isAbsent = await meansNoDaemon(input, error, withKernelAlone)
    if (!isAbsent && !(error instanceof AgentUnreachable)) {
      throw error
    }
  }
  return { answer: await look(), isOfDaemon: false }
}
