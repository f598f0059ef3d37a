/** Where the agent is asked: its Unix socket, and a TCP port for reading when one is wanted. */
import { lstatSync, rmSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import { makeDirectory } from '../../host/files.ts'
import { StartupError } from '../../host/startup-error.ts'
import { appOf } from './app.ts'
import { addressOf, userOf } from './peer.ts'
import type { Api, Routes } from './zod-routes.ts'

/** Mode of the socket: its owner and its group may ask. */
const socketMode = 0o660
/** Of a Unix socket's path, in bytes: sun_path less its NUL. Node cuts a longer one without a word. */
const longestPath = 107

export interface ApiServer {
  close(): Promise<void>
}

/** A TCP port for reading. */
export interface ListenAddress {
  /** An IP address. */
  readonly host: string
  readonly port: number
}

/**
 * Serves the routes on the socket. Throws StartupError when the path cannot be used.
 * @param fleetUser uid of the user that the fleet process runs as; undefined: there is none
 */
export async function startServer(
  path: string,
  { read, write }: Routes,
  log: Logger,
  fleetUser: () => number | undefined = () => undefined,
): Promise<ApiServer> {
  const addRoutes = (api: Api): void => {
    read(api)
    write(api)
  }
  const app = appOf(addRoutes, { log, identify: (socket) => userOf(socket, fleetUser) })
  await freeSocketPath(path)
  // Not by chmod afterwards: in between, the socket would be open to all.
  const umask = process.umask(0o777 & ~socketMode)
  try {
    await app.listen({ path })
  } catch (error) {
    throw new StartupError(`cannot listen on ${path}: ${(error as Error).message}; choose another with --socket`, {
      cause: error,
    })
  } finally {
    process.umask(umask)
  }
  return { close: () => app.close() }
}

/** Serves what can be read on a TCP port. Throws StartupError when it cannot be had. */
export async function startReadOnlyServer(
  { host, port }: ListenAddress,
  { read }: Pick<Routes, 'read'>,
  log: Logger,
): Promise<ApiServer> {
  const app = appOf(read, { log, identify: addressOf, refusesHost })
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const remedy =
      code === 'EAFNOSUPPORT'
        ? 'the service has no right to TCP unless it is given, as /usr/share/doc/vxagent/examples/listen.conf shows'
        : 'choose another with --listen'
    throw new StartupError(`cannot listen on ${host} port ${port}: ${message}; ${remedy}`, { cause: error })
  }
  return { close: () => app.close() }
}

/**
 * A page from elsewhere can be given a name that leads here, and read what it was not meant to (DNS rebinding): a browser is to have
 * been sent here by address, or by this host's own name.
 */
export function refusesHost(host: string | undefined): string | undefined {
  const name = /^(?:\[([\da-fA-F:.]+)\]|([^:]*))(?::\d+)?$/.exec(host ?? '')
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase()
  const own = hostname().toLowerCase()
  const isOwn = bare === 'localhost' || bare === own
  return isIP(bare) !== 0 || isOwn ? undefined : 'the name in the Host header is not that of this host; use its address'
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
