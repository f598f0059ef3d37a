/** The page on a loopback port for as long as it runs: its files from here, all else from the daemon's socket. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { inOrder } from '../../agent/publish/api/in-order.ts'
import { pageHeaders, type WebAsset } from '../../agent/publish/web/assets.ts'

/** Where the page is, and what ends it. */
export interface PageServer {
  /** With the token that opens it. */
  readonly url: string
  close(): Promise<void>
}

export interface PageServerOptions {
  /** The daemon's. */
  readonly socketPath: string
  /** 0: any that is free. */
  readonly port: number
  readonly assets: readonly WebAsset[]
  /** Answers that are given here, in JSON; undefined for a path that is not among them. */
  readonly answers?: (url: URL) => Promise<{ readonly status: number; readonly content: unknown }> | undefined
}

const cookieName = 'vxagent'

/** Connections that have not shown the token yet: any user of the host can make as many as it likes. */
const mostStrangers = 32
/** Connections that have shown it. */
const mostReaders = 64
/** Requests that a connection may send ahead of their answers. */
const mostPipelined = 8
/** Milliseconds for a whole request, and without any progress of an answer. */
const requestWithinMs = 10_000
const idleMs = 60_000

/**
 * Opens 127.0.0.1. Every user of the host reaches a loopback port, while the socket is for its group alone: whoever does not have the
 * token, from the printed address, gets nothing. Rejects when the port cannot be had.
 */
export async function servePage({ socketPath, port, assets, answers }: PageServerOptions): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url')
  const strangers = new Set<Socket>()
  const readers = new Set<Socket>()
  const answerTo = (asked: IncomingMessage, answer: ServerResponse): void => {
    const here = (server.address() as AddressInfo).port
    const [path, base] = [asked.url ?? '/', `http://127.0.0.1:${here}`]
    if (!URL.canParse(path, base)) {
      refuse(answer, 400, 'that is no address')
      return
    }
    const url = new URL(path, base)
    const refusal = refusalOf(asked, url, token)
    if (refusal !== undefined) {
      refuse(answer, ...refusal)
      return
    }
    strangers.delete(asked.socket)
    if (!readers.has(asked.socket) && readers.size >= mostReaders) {
      refuse(answer, 429, `${mostReaders} connections of browsers are open already; close some of their windows`)
      return
    }
    readers.add(asked.socket)
    if (url.searchParams.has('token')) {
      const cookie = `${cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/`
      answer.writeHead(303, { location: '/', 'set-cookie': cookie, 'referrer-policy': 'no-referrer' }).end()
      return
    }
    const asset = assets.find((each) => each.path === url.pathname)
    const own = asset === undefined ? answers?.(url) : undefined
    if (asset !== undefined) {
      answer.writeHead(200, { ...pageHeaders, 'content-type': asset.contentType }).end(asset.body)
    } else if (own !== undefined) {
      own.then(
        ({ status, content }) => sendJson(answer, status, content),
        (error: unknown) => sendJson(answer, 500, { error: error instanceof Error ? error.message : String(error) }),
      )
    } else {
      passOn(asked, `${url.pathname}${url.search}`, answer, socketPath)
    }
  }
  const limits = {
    maxHeaderSize: 16 * 1024,
    headersTimeout: requestWithinMs,
    requestTimeout: requestWithinMs,
    connectionsCheckingInterval: 1000,
  }
  const server = createServer(limits, inOrder(answerTo, mostPipelined))
  server.setTimeout(idleMs)
  server.on('connection', (socket) => {
    socket.once('close', () => strangers.delete(socket) || readers.delete(socket))
    strangers.add(socket)
    // The one that has been silent longest goes: a browser shows the token at once.
    const [oldest] = strangers
    if (strangers.size > mostStrangers) {
      oldest?.destroy()
    }
  })
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`cannot listen on 127.0.0.1 port ${port}: ${error.message}`, { cause: error })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Why a request is not answered: a status and a sentence. */
function refusalOf(asked: IncomingMessage, { port, searchParams }: URL, token: string): [number, string] | undefined {
  // A page from elsewhere can be given a name that leads here (DNS rebinding).
  if (asked.headers.host !== `127.0.0.1:${port}` && asked.headers.host !== `localhost:${port}`) {
    return [403, 'ask for 127.0.0.1, by no other name']
  }
  if (asked.method !== 'GET' && asked.method !== 'HEAD') {
    return [405, 'this is for reading']
  }
  if (asked.headers['transfer-encoding'] !== undefined || Number(asked.headers['content-length'] ?? 0) > 0) {
    return [400, 'no request has a body here']
  }
  const given = searchParams.get('token') ?? cookieOf(asked)
  return given !== undefined && isSame(given, token)
    ? undefined
    : [403, 'open the address that vxagent ui has printed, with its token']
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? '').split(/;\s*/)
  return cookies.find((each) => each.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1)
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(answer: ServerResponse, status: number, error: string): void {
  // Whoever has not shown the token is to make room; and a body that was not read would be taken for the next request.
  answer
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(`${JSON.stringify({ error })}\n`)
}

function sendJson(answer: ServerResponse, status: number, content: unknown): void {
  answer
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(content)}\n`)
}

/** Asks the daemon, and passes its answer on as it comes; that of `/v1/events` never ends. */
function passOn(asked: IncomingMessage, path: string, answer: ServerResponse, socketPath: string): void {
  const { accept, 'last-event-id': lastEventId } = asked.headers
  const headers = {
    host: 'localhost',
    ...(accept !== undefined && { accept }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  }
  const call = request({ socketPath, method: asked.method, path, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, { ...got.headers, 'cache-control': 'no-store' })
    got.pipe(answer)
    got.on('error', () => answer.destroy())
  })
  call.on('error', () => {
    if (answer.headersSent) {
      answer.destroy()
    } else {
      refuse(answer, 502, 'the daemon is not running, or may not be asked')
    }
  })
  answer.on('close', () => call.destroy())
  call.end()
}
