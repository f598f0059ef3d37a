/** HTTP with JSON on the Unix socket: what the agent says, and the one thing that it can be asked to do. */
import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { fastify } from 'fastify'
import type { Logger } from 'pino'
import { makeDirectory } from '../service/files.ts'
import { StartupError } from '../service/startup-error.ts'

/** Mode of the socket: its owner and its group may ask. */
const socketMode = 0o660
/** Nothing that is asked here has a body worth mentioning. */
const longestBody = 1024
/** Of a Unix socket's path, in bytes: sun_path less its NUL. Node cuts a longer one without a word. */
const longestPath = 107

/** What can be asked, by path. Each gives a plain JSON value. */
export interface Routes {
  readonly get: Readonly<Record<string, () => unknown>>
  readonly post: Readonly<Record<string, () => Promise<unknown>>>
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
    bodyLimit: longestBody,
  })
  for (const [url, answer] of Object.entries(routes.get)) {
    server.get(url, answer)
  }
  for (const [url, answer] of Object.entries(routes.post)) {
    server.post(url, answer)
  }
  const known = [...Object.keys(routes.get), ...Object.keys(routes.post).map((url) => `POST ${url}`)].join(' ')
  server.setNotFoundHandler(async (request, reply) => {
    return reply.code(404).send({ error: `there is no ${request.method} ${request.url} here; there is ${known}` })
  })
  server.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    return reply.code(error.statusCode ?? 500).send({ error: error.message })
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
