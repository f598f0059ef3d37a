/** HTTP with JSON on the Unix socket: what the agent says, and what it can be asked to do. */
import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { fastify } from 'fastify'
import type { Logger } from 'pino'
import * as z from 'zod'
import { InvalidDesiredState, type Issue } from '../desired/issue.ts'
import { NotNow } from '../in-force/not-now.ts'
import { makeDirectory } from '../service/files.ts'
import { StartupError } from '../service/startup-error.ts'
import { Forbidden, mayDecide } from './peer.ts'

/** Mode of the socket: its owner and its group may ask. */
const socketMode = 0o660
/** Most of what is asked has no body worth mentioning. */
const longestBody = 1024
/** A desired state with some 500,000 forwarding entries. */
const longestState = 64 * 1024 * 1024
/** Of a Unix socket's path, in bytes: sun_path less its NUL. Node cuts a longer one without a word. */
const longestPath = 107

/** What is asked, and by whom. */
export interface Call {
  /** What was sent as JSON; undefined or null for nothing. */
  readonly body: unknown
  /** Whether root is asking, or the user that the agent runs as. */
  readonly mayDecide: boolean
}

export interface PostRoute {
  readonly answer: (call: Call) => Promise<unknown>
  /** Whether a desired state may come along. */
  readonly takesState?: true
}

/** What can be asked, by path. Each gives a plain JSON value. */
export interface Routes {
  readonly get: Readonly<Record<string, () => unknown>>
  readonly post: Readonly<Record<string, PostRoute>>
}

/** The answer to what is not done. */
export interface Refusal {
  readonly error: string
  /** What is wrong with the desired state, with status 422. */
  readonly issues?: readonly Issue[]
}

export interface ApiServer {
  close(): Promise<void>
}

/** Serves the routes on the socket. Throws StartupError when the path cannot be used. */
export async function startServer(path: string, routes: Routes, log: Logger): Promise<ApiServer> {
  const server = fastify({
    // A client that asks nothing and stays would otherwise keep the agent from stopping.
    forceCloseConnections: true,
    loggerInstance: log.child({ part: 'api' }, { level: 'warn' }),
  })
  for (const [url, answer] of Object.entries(routes.get)) {
    server.get(url, answer)
  }
  for (const [url, { answer, takesState }] of Object.entries(routes.post)) {
    const bodyLimit = takesState ? longestState : longestBody
    server.post(url, { bodyLimit }, ({ body, raw }) => answer({ body, mayDecide: mayDecide(raw.socket) }))
  }
  const known = [...Object.keys(routes.get), ...Object.keys(routes.post).map((url) => `POST ${url}`)].join(' ')
  server.setNotFoundHandler(async (request, reply) => {
    return reply.code(404).send({ error: `there is no ${request.method} ${request.url} here; there is ${known}` })
  })
  server.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    return reply.code(error.statusCode ?? statusOf(error)).send(refusal(error))
  })
  await freeSocketPath(path)
  // Not by chmod afterwards: in between, the socket would be open to all.
  const umask = process.umask(0o777 & ~socketMode)
  try {
    await server.listen({ path })
  } catch (error) {
    throw new StartupError(`cannot listen on ${path}: ${(error as Error).message}; choose another with --socket`, {
      cause: error,
    })
  } finally {
    process.umask(umask)
  }
  return { close: () => server.close() }
}

function statusOf(error: Error): number {
  if (error instanceof Forbidden) {
    return 403
  }
  if (error instanceof NotNow) {
    return 409
  }
  return error instanceof InvalidDesiredState ? 422 : error instanceof z.ZodError ? 400 : 500
}

function refusal(error: Error): Refusal {
  if (error instanceof InvalidDesiredState) {
    return { error: 'the desired state is invalid', issues: error.issues }
  }
  return { error: error instanceof z.ZodError ? z.prettifyError(error) : error.message }
}

/** Takes away a socket that a crash left behind; refuses whatever else is there, and a path that cannot be. */
async function freeSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new StartupError(
      `${path} is longer than a socket's path can be, ${longestPath} bytes; choose another with --socket`,
    )
  }
  try {
    makeDirectory(dirname(path), 0o755)
  } catch (error) {
    throw new StartupError(
      `cannot make ${dirname(path)}: ${(error as Error).message}; choose another path with --socket`,
      {
        cause: error,
      },
    )
  }
  const present = lstatSync(path, { throwIfNoEntry: false })
  if (present === undefined) {
    return
  }
  if (!present.isSocket()) {
    throw new StartupError(`${path} exists and is no socket; remove it, or choose another path with --socket`)
  }
  if (await isListening(path)) {
    throw new StartupError(`another process is listening on ${path}; stop it, or choose another path with --socket`)
  }
  rmSync(path, { force: true })
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}
