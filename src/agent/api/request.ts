/** Asking a running agent over its socket. */
import { request } from 'node:http'
import { InvalidDesiredState } from '../desired/issue.ts'
import { NotNow } from '../in-force/not-now.ts'
import type { Refusal } from './app.ts'

/** An agent that does not answer is as good as none. */
const timeoutMs = 60_000

/** No agent answers at this socket. */
export class AgentUnreachable extends Error {
  override readonly name = 'AgentUnreachable'

  constructor(
    message: string,
    /** The errno's symbol: ENOENT, ECONNREFUSED, EACCES. */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The agent answered with an error. */
export class AgentRefused extends Error {
  override readonly name = 'AgentRefused'
}

/**
 * The JSON that the agent answers. Rejects with AgentUnreachable or AgentRefused; with NotNow or InvalidDesiredState where the agent
 * does.
 * @param sent goes along as JSON
 */
export async function requestAgent<T>(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  sent?: unknown,
): Promise<T> {
  const { status, body } = await exchange(socket, { method, path, sent })
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch (error) {
    throw new AgentRefused(`what answers at ${socket} is no vxagent: ${method} ${path} gave no JSON`, { cause: error })
  }
  if (status !== 200) {
    const { error = `status ${status}`, issues } = answer as Partial<Refusal>
    if (status === 422 && issues !== undefined) {
      throw new InvalidDesiredState(issues)
    }
    throw status === 409 ? new NotNow(error) : new AgentRefused(`the agent refused ${method} ${path}: ${error}`)
  }
  return answer as T
}

function exchange(
  socketPath: string,
  { method, path, sent }: { readonly method: string; readonly path: string; readonly sent: unknown },
): Promise<{ status: number | undefined; body: string }> {
  const content = sent === undefined ? undefined : Buffer.from(JSON.stringify(sent))
  const headers = {
    accept: 'application/json',
    ...(content !== undefined && { 'content-type': 'application/json', 'content-length': content.length }),
  }
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: timeoutMs, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }))
      response.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error)))
    })
    call.on('timeout', () =>
      call.destroy(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' })),
    )
    call.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error)))
    call.end(content)
  })
}

/** What keeps the agent from answering, in words. */
export function unreachable(socket: string, error: NodeJS.ErrnoException): AgentUnreachable {
  const code = error.code ?? 'EIO'
  const why: Record<string, string> = {
    ENOENT: 'the daemon is not running (no such socket); start it with systemctl start vxagent, or vxagent agent',
    ECONNREFUSED:
      'the daemon is not running (nobody listens there); start it with systemctl start vxagent, or vxagent agent',
    EACCES: 'permission denied; run it with sudo, or as a member of the group that owns the socket',
  }
  return new AgentUnreachable(`cannot ask the daemon at ${socket}: ${why[code] ?? error.message}`, code, {
    cause: error,
  })
}
