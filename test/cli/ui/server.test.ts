/** The page on a loopback port: for whoever has the token, for reading, and by no other name. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { servePage } from '../../../src/cli/ui/server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const assets = [{ path: '/', contentType: 'text/html', body: Buffer.from('<p>page</p>') }]

/** A daemon that does what the test says, and the page in front of it. */
async function page(
  answer: (asked: IncomingMessage, response: ServerResponse) => void = (asked, response) =>
    response.end(JSON.stringify({ path: asked.url, headers: asked.headers })),
): Promise<{ url: URL; port: number }> {
  const socketPath = join(temporaryDirectory(), 'daemon')
  const daemon = createServer(answer).listen(socketPath)
  await once(daemon, 'listening')
  const served = await servePage({ socketPath, port: 0, assets })
  onTestFinished(async () => {
    await served.close()
    daemon.closeAllConnections()
    daemon.close()
  })
  const url = new URL(served.url)
  return { url, port: Number(url.port) }
}

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

async function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  const call = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { host: `127.0.0.1:${port}`, ...headers },
  }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** The cookie that the first visit sets. */
async function enter({ url, port }: { url: URL; port: number }): Promise<string> {
  const { status, headers } = await get(port, `${url.pathname}${url.search}`)
  expect([status, headers.location]).toEqual([303, '/'])
  const [cookie = ''] = headers['set-cookie'] ?? []
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
  return cookie.split(';')[0] ?? ''
}

test('the token of the printed address opens the page, and what the daemon says', async () => {
  const served = await page()
  const cookie = await enter(served)
  const shown = await get(served.port, '/', { cookie })
  expect([shown.status, shown.body]).toEqual([200, '<p>page</p>'])
  expect(shown.headers['content-security-policy']).toContain("default-src 'none'")
  const told = await get(served.port, '/v1/explain?to=10.0.1.1', {
    cookie,
    accept: 'application/json',
    'last-event-id': 'a-1',
  })
  expect(JSON.parse(told.body)).toEqual({
    path: '/v1/explain?to=10.0.1.1',
    headers: { host: 'localhost', accept: 'application/json', 'last-event-id': 'a-1', connection: expect.any(String) },
  })
})

test.each([
  ['no token', '/', {}, 'GET', 403, 'with its token'],
  ['a wrong one', '/?token=x', {}, 'GET', 403, 'with its token'],
  ['a wrong cookie', '/v1/status', { cookie: 'vxagent=x' }, 'GET', 403, 'with its token'],
  ['what is no address', '//', {}, 'GET', 400, 'no address'],
  ['another name', '/', { host: 'evil.example' }, 'GET', 403, 'by no other name'],
  ['a wish to change something', '/v1/apply', {}, 'POST', 405, 'for reading'],
])('%s gets nothing', async (_what, path, headers, method, status, says) => {
  const { port } = await page(() => expect.unreachable())
  const { status: got, body } = await get(port, path, headers, method)
  expect([got, JSON.parse(body).error]).toEqual([status, expect.stringContaining(says)])
})

test('what is answered here never reaches the daemon, and takes the token as everything does', async () => {
  const socketPath = join(temporaryDirectory(), 'none')
  const answers = ({ pathname }: URL) =>
    pathname === '/fleet/view'
      ? Promise.resolve({ status: 200, content: { vni: 42 } })
      : pathname === '/fleet/host'
        ? Promise.reject(new Error('it broke'))
        : undefined
  const served = await servePage({ socketPath, port: 0, assets, answers })
  onTestFinished(() => served.close())
  const url = new URL(served.url)
  const port = Number(url.port)
  expect((await get(port, '/fleet/view')).status).toBe(403)
  const cookie = await enter({ url, port })
  const { status, body, headers } = await get(port, '/fleet/view?vni=42', { cookie })
  expect([status, JSON.parse(body), headers['cache-control']]).toEqual([200, { vni: 42 }, 'no-store'])
  expect(await get(port, '/fleet/host', { cookie })).toMatchObject({ status: 500, body: '{"error":"it broke"}\n' })
  expect((await get(port, '/v1/status', { cookie })).status).toBe(502)
  expect((await get(port, '/fleet/view', { cookie }, 'POST')).status).toBe(405)
})

test('events come as they are told, and whoever leaves leaves the daemon too', async () => {
  let end: () => void = () => {}
  const left = new Promise<void>((resolve) => (end = resolve))
  const served = await page((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    response.on('close', end)
  })
  const cookie = await enter(served)
  const call = request({
    host: '127.0.0.1',
    port: served.port,
    path: '/v1/events',
    headers: { host: `127.0.0.1:${served.port}`, cookie },
  }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  const [chunk] = await once(response, 'data')
  expect(`${chunk}`).toBe('data: 1\n\n')
  response.on('error', () => {})
  call.destroy()
  await left
})

test('without a daemon it says so', async () => {
  const served = await servePage({ socketPath: join(temporaryDirectory(), 'none'), port: 0, assets })
  onTestFinished(() => served.close())
  const url = new URL(served.url)
  const port = Number(url.port)
  const cookie = await enter({ url, port })
  expect(await get(port, '/v1/status', { cookie })).toMatchObject({
    status: 502,
    body: expect.stringContaining('the daemon is not running'),
  })
})

test('a user without the token who keeps connections open shuts nobody out', { timeout: 60_000 }, async () => {
  const served = await page()
  const cookie = await enter(served)
  const kept: Socket[] = []
  for (let index = 0; index < 200; index += 1) {
    const socket = connect(served.port, '127.0.0.1')
    socket.on('error', () => {})
    kept.push(socket)
    await once(socket, 'connect')
    if (index % 50 === 49) {
      expect((await get(served.port, '/v1/status', { cookie })).status).toBe(200)
    }
  }
  await expect.poll(() => kept.filter(({ closed }) => closed).length, { timeout: 30_000 }).toBeGreaterThan(150)
  for (const socket of kept) {
    socket.destroy()
  }
})

test('requests sent ahead go to the daemon one at a time, and a flood of them ends the connection', async () => {
  let asked = 0
  const served = await page(() => {
    asked += 1
  })
  const cookie = await enter(served)
  const socket = connect(served.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nCookie: ${cookie}\r\n\r\n`.repeat(500))
  socket.resume()
  await once(socket, 'close')
  expect(asked).toBeLessThanOrEqual(1)
})

test('a body is refused, and its connection closed', async () => {
  const served = await page()
  const cookie = await enter(served)
  const refused = await get(served.port, '/v1/status', {
    cookie,
    'content-length': '0',
    'transfer-encoding': 'chunked',
  })
  expect([refused.status, refused.headers.connection]).toEqual([400, 'close'])
})
