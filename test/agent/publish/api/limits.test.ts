/** What one client can take of the API, and what is left for the others: on a real server, whose clients are told apart by address. */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyReply } from 'fastify'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { appOf } from '../../../../src/agent/publish/api/app.ts'
import {
  connectionLimits,
  type Deadlines,
  deadlines,
  longestBody,
  longestState,
  mostPipelined,
  streamLimits,
  turnLimits,
  unsentLimits,
} from '../../../../src/agent/publish/api/limits.ts'
import { addressOf } from '../../../../src/agent/publish/api/peer.ts'
import type { Api } from '../../../../src/agent/publish/api/zod-routes.ts'

const root = '127.0.0.1'
const mallory = '127.0.0.66'
const alice = '127.0.0.2'

/** Longer than any test waits for an answer that is to come. */
const patient = { timeout: 60_000 }

interface Served {
  readonly port: number
  /** How often each path was answered, and how many answers were being made at the same time at most. */
  readonly asked: Map<string, number>
  readonly most: { atOnce: number }
  /** Lets `/v1/held` answer. */
  release(): void
}

/** A server on which 127.0.0.1 is root, and every other address somebody. */
async function served(limits: Partial<Deadlines> = {}): Promise<Served> {
  const asked = new Map<string, number>()
  const most = { atOnce: 0 }
  let atOnce = 0
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const read = (api: Api, path: string, answer: (reply: FastifyReply) => unknown): void => {
    api.get(path, async (_request, reply) => {
      asked.set(path, (asked.get(path) ?? 0) + 1)
      atOnce += 1
      most.atOnce = Math.max(most.atOnce, atOnce)
      try {
        return await answer(reply)
      } finally {
        atOnce -= 1
      }
    })
  }
  const large = Buffer.alloc(unsentLimits.perPeer * 0.75, 'x')
  const huge = Buffer.alloc(unsentLimits.perPeer * 2, 'x')
  const app = appOf(
    (api) => {
      read(api, '/v1/status', () => ({ converged: true }))
      read(api, '/v1/held', async () => {
        await held
        return {}
      })
      read(api, '/v1/large', () => large)
      read(api, '/v1/huge', () => huge)
      read(api, '/v1/events', (reply) => reply.stream('text/event-stream', (output) => output.write('retry: 1\n\n')))
      api.post('/v1/apply', { bodyLimit: longestState }, ({ body }) => ({ body: body ?? null }))
      api.post('/v1/confirm', ({ body }) => ({ body: body ?? null }))
    },
    {
      log: pino({ level: 'silent' }),
      deadlines: { ...deadlines, ...limits },
      identify(socket) {
        const { name } = addressOf(socket)
        return { name: name.replace('127.0.0.', 'uid '), isPrivileged: name === root }
      },
    },
  )
  await app.listen({ host: '0.0.0.0', port: 0 })
  onTestFinished(async () => {
    release()
    await app.close()
  })
  return { port: (app.server.address() as AddressInfo).port, asked, most, release }
}

/** A connection from an address. What it sends and reads is the test's. */
async function connected({ port }: Served, from: string): Promise<Socket> {
  const socket = connect({ host: root, port, localAddress: from })
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

async function severalConnected(server: Served, from: string, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let index = 0; index < count; index += 1) {
    sockets.push(await connected(server, from))
  }
  return sockets
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: { readonly error?: string }
}

function call({ port }: Served, localAddress: string, { path = '/v1/status', ...rest }: Asked = {}): ClientRequest {
  return request({ host: root, port, localAddress, path, agent: false, ...rest })
}

/** A whole exchange on a connection of its own. */
async function ask(server: Served, from: string, { body, ...asked }: Asked = {}): Promise<Got> {
  const sending = call(server, from, asked)
  sending.end(body)
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  const { statusCode: status, headers } = response
  const said = await text(response)
  return { status, headers, body: said.startsWith('{') ? JSON.parse(said) : {} }
}

/** Starts a request whose answer nobody reads; resolves when the answer has begun. */
async function unread(server: Served, from: string, path: string): Promise<IncomingMessage> {
  const sending = call(server, from, { path })
  sending.on('error', () => {})
  sending.end()
  onTestFinished(() => {
    sending.destroy()
  })
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

test('a user with all the connections of one user is told so; others, and root, are served', patient, async () => {
  const server = await served()
  const kept = await severalConnected(server, mallory, connectionLimits.perPeer)
  expect(await ask(server, mallory)).toMatchObject({
    status: 429,
    headers: { 'retry-after': '5', 'content-type': 'application/json; charset=utf-8', connection: 'close' },
    body: { error: 'uid 66 has 32 open connections already, the most for one user; close some, or ask as root' },
  })
  expect((await ask(server, alice)).status).toBe(200)
  expect((await ask(server, root)).status).toBe(200)
  kept[0]?.destroy()
  await expect.poll(async () => (await ask(server, mallory)).status, { timeout: 30_000 }).toBe(200)
})

test('when users have all connections that there are, root is served', patient, async () => {
  const server = await served()
  for (let user = 10; user < 10 + connectionLimits.inAll / connectionLimits.perPeer; user += 1) {
    await severalConnected(server, `127.0.0.${user}`, connectionLimits.perPeer)
  }
  const { status, body } = await ask(server, alice)
  expect([status, body.error]).toEqual([503, expect.stringContaining('others have all 192 open connections')])
  expect((await ask(server, root)).status).toBe(200)
})

test('who floods with connections is hung up on without an answer, and root is served', patient, async () => {
  const server = await served()
  await severalConnected(server, mallory, 300)
  expect((await ask(server, root)).status).toBe(200)
})

test('requests sent ahead are answered in their order, one at a time', patient, async () => {
  const server = await served()
  const socket = await connected(server, mallory)
  const one = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said += chunk
  })
  socket.write(one('/v1/held') + one('/v1/status').repeat(mostPipelined - 1) + one('/v1/none'))
  await expect.poll(() => server.asked.get('/v1/held')).toBe(1)
  expect((await ask(server, root)).status).toBe(200)
  expect(server.asked.get('/v1/status')).toBe(1)
  server.release()
  const statuses = [...Array(mostPipelined).fill('HTTP/1.1 200'), 'HTTP/1.1 404']
  await expect.poll(() => said.match(/HTTP\/1.1 \d+/g), { timeout: 30_000 }).toEqual(statuses)
})

test.each(['/v1/events', '/v1/status', '/v1/held'])(
  'a thousand requests for %s sent ahead end the connection, and no more than one was worked on',
  patient,
  async (path) => {
    const server = await served()
    const socket = await connected(server, mallory)
    const closed = once(socket, 'close')
    socket.resume()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1000))
    await closed
    expect(server.most.atOnce).toBeLessThanOrEqual(1)
    expect(server.asked.get(path) ?? 0).toBeLessThanOrEqual(1 + mostPipelined)
    expect((await ask(server, root)).status).toBe(200)
  },
)

const tooLong = `{"x":"${'y'.repeat(longestBody)}"}`
const json = { 'content-type': 'application/json' }

test.each<{ what: string; from: string; asked: Asked; status: number; says: string }>([
  {
    what: 'a state from who may not decide',
    from: mallory,
    asked: { method: 'POST', path: '/v1/apply', headers: { ...json, 'content-length': '60000000' } },
    status: 403,
    says: 'only root, or the user that the daemon runs as, may send more than 1024 bytes',
  },
  {
    what: 'a body too long for its route',
    from: mallory,
    asked: { method: 'POST', path: '/v1/confirm', headers: { ...json, 'content-length': '60000000' } },
    status: 413,
    says: 'a body may be 1024 bytes long, not 60000000',
  },
  {
    what: 'a body without a stated length',
    from: mallory,
    asked: { method: 'POST', path: '/v1/apply', headers: { ...json, 'transfer-encoding': 'chunked' } },
    status: 411,
    says: 'Content-Length',
  },
  {
    what: 'a body for a route that reads none',
    from: root,
    asked: { path: '/v1/status', headers: { 'content-length': '5' } },
    status: 400,
    says: 'no GET request of this path has a body',
  },
  {
    what: 'a body for a route that is not there',
    from: root,
    asked: { method: 'POST', path: '/v1/none', headers: { ...json, 'content-length': '60000000' } },
    status: 400,
    says: 'no POST request of this path has a body',
  },
])('$what is refused before it is sent', async ({ from, asked, status, says }) => {
  const server = await served()
  const sending = call(server, from, asked)
  sending.on('error', () => {})
  sending.flushHeaders()
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  expect([response.statusCode, response.headers.connection]).toEqual([status, 'close'])
  expect(JSON.parse(await text(response))).toEqual({ error: expect.stringContaining(says) })
  sending.destroy()
})

test('root sends a state of any kind; a user the little that the routes take', async () => {
  const server = await served()
  const asked = { method: 'POST', path: '/v1/apply', headers: json }
  expect(await ask(server, root, { ...asked, body: tooLong })).toMatchObject({ status: 200, body: { body: {} } })
  const body = '{"confirmSeconds":60}'
  const headers = { ...json, 'content-length': `${body.length}` }
  expect(await ask(server, mallory, { ...asked, headers, body })).toMatchObject({ status: 200 })
})

test('who leaves answers unread gets no more of them; others, and root, do', patient, async () => {
  const server = await served()
  await unread(server, mallory, '/v1/large')
  await unread(server, mallory, '/v1/large')
  const refused = await ask(server, mallory)
  expect([refused.status, refused.headers['retry-after'], refused.body.error]).toEqual([
    429,
    '5',
    expect.stringMatching(/^uid 66 has not read \d+ MiB of earlier answers, and one user may leave 16 MiB unread/),
  ])
  expect((await ask(server, alice)).status).toBe(200)
  expect((await ask(server, root, { path: '/v1/large' })).status).toBe(200)
})

test('answers left unread by many users are bounded together', patient, async () => {
  const server = await served()
  for (const user of [10, 11, 12, 13, 14, 15]) {
    await unread(server, `127.0.0.${user}`, '/v1/large')
  }
  const { status, body } = await ask(server, alice)
  expect([status, body.error]).toEqual([503, expect.stringContaining('others have not read')])
  expect((await ask(server, root)).status).toBe(200)
})

test('streams of events are bounded for one user and for all, and root has others', patient, async () => {
  const server = await served()
  for (let user = 10; user < 10 + streamLimits.inAll / streamLimits.perPeer; user += 1) {
    for (let count = 0; count < streamLimits.perPeer; count += 1) {
      expect((await unread(server, `127.0.0.${user}`, '/v1/events')).statusCode).toBe(200)
    }
  }
  expect(await ask(server, '127.0.0.10', { path: '/v1/events' })).toMatchObject({
    status: 429,
    body: { error: expect.stringContaining('uid 10 has 16 event streams already, the most for one user') },
  })
  expect(await ask(server, alice, { path: '/v1/events' })).toMatchObject({ status: 503 })
  expect((await unread(server, root, '/v1/events')).statusCode).toBe(200)
})

test('a stream that ends makes room for another', patient, async () => {
  const server = await served()
  const streams: IncomingMessage[] = []
  for (let count = 0; count < streamLimits.perPeer; count += 1) {
    streams.push(await unread(server, mallory, '/v1/events'))
  }
  expect((await ask(server, mallory, { path: '/v1/events' })).status).toBe(429)
  streams[0]?.destroy()
  await expect.poll(async () => (await unread(server, mallory, '/v1/events')).statusCode, { timeout: 30_000 }).toBe(200)
})

test('requests of one user that take long keep neither others nor root from their answers', patient, async () => {
  const server = await served()
  const slow = Array.from({ length: 20 }, () => ask(server, mallory, { path: '/v1/held' }))
  await expect.poll(() => server.asked.get('/v1/held')).toBe(turnLimits.perPeer)
  expect((await ask(server, alice)).status).toBe(200)
  expect((await ask(server, root)).status).toBe(200)
  expect(server.asked.get('/v1/held')).toBe(turnLimits.perPeer)
  server.release()
  for (const { status } of await Promise.all(slow)) {
    expect(status).toBe(200)
  }
})

const soon = { headers: 300, request: 600, idle: 300, answer: 600, keepAlive: 300, lookEvery: 50 }

test.each<{ what: string; send: (socket: Socket) => void; last: RegExp }>([
  { what: 'says nothing', send: () => {}, last: /^HTTP\/1.1 408 .*the headers must come within 0.3 s/s },
  {
    what: 'says its headers a byte at a time',
    send: (socket) => dribble(socket, 'GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ', 'y'),
    last: /^HTTP\/1.1 408 /,
  },
  {
    what: 'says its body a byte at a time',
    send: (socket) =>
      dribble(
        socket,
        'POST /v1/apply HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
        ' ',
      ),
    last: /^HTTP\/1.1 408 /,
  },
  {
    what: 'asks no more after an answer',
    send: (socket) => socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n'),
    last: /^HTTP\/1.1 200 /,
  },
  { what: 'closes its half without asking', send: (socket) => socket.end(), last: /^(HTTP\/1.1 400 |$)/ },
  {
    what: 'closes its half amid the headers',
    send: (socket) => socket.end('GET /v1/status HTTP/1.1\r\nHost'),
    last: /^HTTP\/1.1 400 /,
  },
])('a client that $what is disconnected', patient, async ({ send, last }) => {
  const server = await served(soon)
  const socket = await connected(server, mallory)
  const said = text(socket)
  send(socket)
  expect(await said).toMatch(last)
})

test.each<{ what: string; limits: Partial<Deadlines>; read: (socket: Socket) => void }>([
  { what: 'reads nothing of a long answer', limits: { idle: 300 }, read: () => {} },
  {
    what: 'reads a long answer a little at a time',
    limits: { answer: 600 },
    read(socket) {
      const timer = setInterval(() => socket.read(1024), 50)
      socket.once('close', () => clearInterval(timer))
      socket.on('readable', () => {})
    },
  },
])('a client that $what is disconnected', patient, async ({ limits, read }) => {
  const server = await served({ lookEvery: 50, ...limits })
  const socket = await connected(server, mallory)
  socket.write('GET /v1/huge HTTP/1.1\r\nHost: x\r\n\r\n')
  read(socket)
  const status = async (): Promise<number | undefined> => (await ask(server, mallory)).status
  await expect.poll(status, patient).toBe(429)
  // The server has given up when the memory of the answer is free again.
  await expect.poll(status, patient).toBe(200)
  expect(socket.bytesRead).toBeLessThan(unsentLimits.perPeer * 2)
})

/** Sends a beginning, then a byte at a time for as long as the connection lasts. */
function dribble(socket: Socket, head: string, byte: string): void {
  socket.write(head)
  const timer = setInterval(() => socket.write(byte), 50)
  socket.once('close', () => clearInterval(timer))
}
