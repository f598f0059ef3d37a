/** Asking a running agent over its socket. */
import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { InvalidDesiredState } from '../desired/issue.ts'
import type { ErrorAnswer } from '../publish/api/schemas.ts'
import { NotPossibleNow } from '../trial/not-possible-now.ts'

/** An agent that does not answer is as good as none. */
const timeoutMs = 60_000

/** What is handed over is answered when the kernel has it: of 100,000 entries that may take longer than a minute on a busy host. */
const handoverTimeoutMs = 600_000

/** How long a connect is tried again while the queue of the socket is full, and how often, in milliseconds. */
const connectWithinMs = 10_000
const connectEveryMs = 50

/** What is asked at a socket, for errors. */
export interface Service {
  /** How it is called where nobody answers, and where it refuses. */
  readonly name: string
  readonly refuser: string
  /** That it does not run, and what to do. */
  readonly absent: Readonly<Record<'ENOENT' | 'ECONNREFUSED', string>>
}

const agentService: Service = {
  name: 'the daemon',
  refuser: 'the agent',
  absent: {
    ENOENT: 'the daemon is not running (no such socket); start it with systemctl start vxagent, or vxagent agent',
    ECONNREFUSED:
      'the daemon is not running (nobody listens there); start it with systemctl start vxagent, or vxagent agent',
  },
}

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
 * The JSON that the agent answers. Rejects with AgentUnreachable or AgentRefused; with NotPossibleNow or InvalidDesiredState where the agent
 * does.
 * @param sent goes along as JSON
 * @param service another one than the agent that answers in the same way
 */
export async function requestAgent<T>(
  socket: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  sent?: unknown,
  service = agentService,
): Promise<T> {
  const { status, body } = await exchange(socket, { method, path, sent }, service)
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch (error) {
    throw new AgentRefused(`what answers at ${socket} is no vxagent: ${method} ${path} gave no JSON`, { cause: error })
  }
  if (status !== 200) {
    const { error = `status ${status}`, issues } = answer as Partial<ErrorAnswer>
    if (status === 422 && issues !== undefined) {
      throw new InvalidDesiredState(issues)
    }
    if (status === 409) {
      throw new NotPossibleNow(error)
    }
    // A question that needs to be put otherwise says so itself; how it was sent is of no use to a person.
    throw new AgentRefused(status === 400 ? error : `${service.refuser} refused ${method} ${path}: ${error}`)
  }
  return answer as T
}

/** A request, as it is sent. */
interface Sending {
  readonly method: string
  readonly path: string
  readonly sent: unknown
}

interface Received {
  readonly status: number | undefined
  readonly body: string
}

async function exchange(socketPath: string, sending: Sending, service: Service): Promise<Received> {
  const deadline = performance.now() + connectWithinMs
  for (;;) {
    try {
      return await exchangeOnce(socketPath, sending, service)
    } catch (error) {
      // Others connect faster than the daemon accepts. Nothing has been sent yet. Source: connect(2) of a Unix socket.
      if (!(error instanceof AgentUnreachable && error.code === 'EAGAIN') || performance.now() > deadline) {
        throw error
      }
    }
    await setTimeout(connectEveryMs)
  }
}

function exchangeOnce(socketPath: string, { method, path, sent }: Sending, service: Service): Promise<Received> {
  const content = sent === undefined ? undefined : Buffer.from(JSON.stringify(sent))
  const headers = {
    accept: 'application/json',
    ...(content !== undefined && { 'content-type': 'application/json', 'content-length': content.length }),
  }
  const timeout = method === 'PUT' ? handoverTimeoutMs : timeoutMs
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }))
      response.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error, service)))
    })
    call.on('timeout', () =>
      call.destroy(Object.assign(new Error(`no answer within ${timeout / 1000} s`), { code: 'ETIMEDOUT' })),
    )
    call.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error, service)))
    call.end(content)
  })
}

/** What keeps the agent from answering, in words. */
export function unreachable(
  socket: string,
  error: NodeJS.ErrnoException,
  { name, absent } = agentService,
): AgentUnreachable {
  const code = error.code ?? 'EIO'
  const hungUp =
    'it closed the connection without an answer: it was stopped, or your user has too many connections open'
  const why: Record<string, string> = {
    ...absent,
    EACCES: 'permission denied; run it with sudo, or as a member of the group that owns the socket',
    EAGAIN: 'too many others are connecting to it; try again',
    EPIPE: hungUp,
    ECONNRESET: hungUp,
  }
  return new AgentUnreachable(`cannot ask ${name} at ${socket}: ${why[code] ?? error.message}`, code, {
    cause: error,
  })
}
