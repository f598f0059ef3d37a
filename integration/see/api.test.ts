/** The API as programs meet it: answers as its own document says, events that can be resumed, and bad requests that change nothing. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { ask, askJson } from '../support/ask.ts'
import { readEvents } from '../support/event-reader.ts'
import { eventually } from '../support/eventually.ts'
import { macs, threeHosts } from '../support/three-hosts.ts'

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<
    string,
    Record<string, { responses: { 200: { content: Record<string, { schema: object }> } } }>
  >
}

test('every answer is as the OpenAPI document says, and the document names every route', async () => {
  const { ubuntu, agent } = await threeHosts(onTestFinished)
  await ubuntu.canPing('10.0.1.254')
  await ubuntu.bridge('fdb add 02:00:00:00:00:77 dev vxlan0 dst 192.0.2.9 port 4789 vni 43 via eth1')
  const document = await askJson<OpenApi>(agent.socket, '/v1/openapi.json')
  expect(document.openapi).toBe('3.1.0')
  const known = (await ask(agent.socket, '/nowhere')).text
  expect(Object.keys(document.paths).filter((path) => !known.includes(path))).toEqual([])

  const ajv = new Ajv2020({ strict: false })
  const queries: Record<string, readonly string[]> = {
    '/v1/explain': [
      '?to=10.0.1.254',
      '?to=02:00:00:00:00:99',
      '?to=10.0.1.1',
      `?to=${macs.vyos02}&dev=vxlan0`,
      '?to=8.8.8.8',
    ],
    '/v1/arrival': [4789, 4788].map((port) => `?source=10.0.2.254&to=10.0.2.1&port=${port}&vni=42&mac=${macs.vyos02}`),
    '/v1/whereis': ['?address=10.0.1.1', '?address=02:00:00:00:00:99'],
  }
  const json: string[] = []
  for (const [path, { get }] of Object.entries(document.paths)) {
    const schema = get?.responses[200].content['application/json']?.schema
    if (schema === undefined || path === '/v1/events') {
      continue
    }
    const validate = ajv.compile(schema)
    for (const query of queries[path] ?? ['']) {
      const value = await askJson(agent.socket, path + query)
      expect(validate(value), `${path}${query}: ${ajv.errorsText(validate.errors)}`).toBe(true)
    }
    json.push(path)
  }
  expect(json).toEqual(
    expect.arrayContaining(['/v1/status', '/v1/links', '/v1/fdb', '/v1/tunnels', '/v1/explain', '/healthz', '/readyz']),
  )
  const events = document.paths['/v1/events']?.['get']?.responses[200].content ?? {}
  expect(Object.keys(events)).toEqual(['application/json', 'text/event-stream'])
  const { events: told } = await readEvents(agent.socket, onTestFinished)
  const ofEvents = events['application/json']?.schema as { properties: { events: { items: object } } } | undefined
  const validate = ajv.compile(ofEvents?.properties.events.items ?? false)
  await eventually(() => expect(told.length).toBeGreaterThan(4))
  for (const event of told) {
    expect(validate(event), `${JSON.stringify(event)}: ${ajv.errorsText(validate.errors)}`).toBe(true)
  }
  expect((await ask(agent.socket, '/metrics')).contentType).toContain('text/plain')
})

test('a reader that comes back goes on where it was; filters hold; what is past can be left out', async () => {
  const { ubuntu, agent } = await threeHosts(onTestFinished)
  const add = (last: string): Promise<string> =>
    ubuntu.bridge(`fdb add 02:00:00:00:00:${last} dev vxlan0 dst 192.0.2.9`)
  await add('71')
  const first = await readEvents(agent.socket, onTestFinished)
  await eventually(() => expect(first.events.at(-1)?.mac).toBe('02:00:00:00:00:71'))
  first.close()
  const lastEventId = first.events.at(-1)?.id ?? ''
  await add('72')
  await add('73')
  const second = await readEvents(agent.socket, onTestFinished, { lastEventId })
  await eventually(() =>
    expect(second.events.map(({ mac }) => mac)).toEqual(['02:00:00:00:00:72', '02:00:00:00:00:73']),
  )
  expect((await readEvents(agent.socket, onTestFinished, { lastEventId: 'x-1' })).response.statusCode).toBe(200)

  const some = await readEvents(agent.socket, onTestFinished, {
    query: '?recent=0&mac=02:00:00:00:00:75&vtep=192.0.2.9',
  })
  await add('74')
  await add('75')
  await eventually(() => expect(some.events.map(({ mac }) => mac)).toEqual(['02:00:00:00:00:75']))
  const stranger = await readEvents(agent.socket, onTestFinished, { query: '?since=zzz-12&recent=0' })
  await eventually(() =>
    expect(stranger.events[0]).toMatchObject({ kind: 'missed', message: expect.stringContaining('zzz-12') }),
  )
})

test.each([
  ['/v1/explain', 400, 'to'],
  ['/v1/explain?to=nonsense', 400, 'must be a MAC address'],
  ['/v1/explain?to=10.0.1.254&vlan=9999', 400, 'vlan'],
  ['/v1/explain?to=10.0.1.254&color=red', 400, 'color'],
  [`/v1/explain?to=10.0.1.254&dev=${encodeURIComponent('<script>')}`, 400, 'there is no link <script>'],
  ['/v1/events?kind=nonsense', 400, 'kind'],
  ['/v1/events?recent=-1', 400, 'recent'],
  ['/v1/../../etc/passwd', 404, 'there is no GET'],
  [`/${'x'.repeat(8000)}`, 404, 'there is no GET'],
])('GET %s answers %i', async (path, status, says) => {
  const { agent } = await alone()
  const { status: got, text: body, contentType } = await ask(agent.socket, path)
  expect([got, contentType]).toEqual([status, 'application/json; charset=utf-8'])
  expect(body).toContain(says)
  expect(body.length).toBeLessThan(2000)
})

let shared: ReturnType<typeof threeHosts> | undefined
const undo: (() => void | Promise<void>)[] = []

/** One set of hosts for tests that change nothing. */
function alone(): ReturnType<typeof threeHosts> {
  shared ??= threeHosts((each) => undo.push(each))
  return shared
}

afterAll(async () => {
  for (const each of undo.toReversed()) {
    await each()
  }
})

/** What comes back for these bytes. */
async function raw(path: string, bytes: string): Promise<string> {
  const socket = connect(path)
  socket.on('error', () => {})
  socket.write(bytes)
  return text(socket).catch(() => '')
}

test('what is no HTTP, headers without end, and a client that never gets to the point cost nobody else anything', async () => {
  const { agent } = await alone()
  expect(await raw(agent.socket, '\x16\x03\x01\x00\r\n\r\n')).toContain('400 Bad Request')
  // Few enough to be written at once: a client that is still writing when it is hung up on may not see the answer.
  expect(await raw(agent.socket, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain('431 ')
  expect(await raw(agent.socket, 'GET /v1/status HTTP/1.1\r\n\r\n')).toContain('400 ')
  const slow = Array.from({ length: 100 }, () => {
    const socket = connect(agent.socket)
    socket.on('error', () => {})
    socket.write('GET /v1/status HTTP/1.1\r\nhost: ')
    return socket
  })
  expect((await agent.status()).converged).toBe(true)
  for (const socket of slow) {
    socket.destroy()
  }
  expect(agent.logged(/uncaught|unhandled/i)).toEqual([])
})

test('names full of markup and control characters arrive as they are, and do nothing to a terminal', async () => {
  const { ubuntu, agent, ask: vxagent } = await threeHosts(onTestFinished)
  const name = '<b>\u001b[31m"&'
  const alias = '<img src=x onerror=alert(1)>\u001b]0;owned\u0007\u202egnp.exe'
  await ubuntu.run('ip', ['link', 'add', name, 'type', 'vxlan', 'id', '77', 'remote', '10.0.2.254', 'dstport', '9999'])
  await ubuntu.run('ip', ['link', 'set', name, 'alias', alias, 'up'])
  await eventually(async () => {
    const links = await askJson<{ ifname: string; ifalias?: string }[]>(agent.socket, '/v1/links')
    expect(links.find(({ ifname }) => ifname === name)?.ifalias).toBe(alias)
  })
  expect(JSON.stringify(await vxagent('tunnels', '--dev', name))).toContain('10.0.2.254')
  for (const args of [
    ['links'],
    ['tunnels'],
    ['status'],
    ['events', '--once'],
    ['explain', '02:00:00:00:00:99', '--dev', name],
  ]) {
    const { stdout, stderr } = await agent.vxagent(...args)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stdout + stderr, args[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  }
  const metrics = (await ask(agent.socket, '/metrics')).text
  expect(metrics).toContain(String.raw`device="<b>${'\u001b'}[31m\"&"`)
})

/** A program that asks over TCP, for a host in which there is but Node. */
const requester = `
  const call = require('node:http').request(JSON.parse(process.argv[1]), async (response) => {
    let text = ''
    for await (const chunk of response) text += chunk
    console.log(response.statusCode + ' ' + text)
  })
  call.end()`

test('no port is open unless asked for; the one asked for is for reading, and not by another name', async () => {
  const { ubuntu, agent } = await threeHosts(onTestFinished)
  const listening = (): Promise<string> => ubuntu.run('ss', ['-H', '-ltn'])
  expect(await listening()).toBe('')
  await agent.stop()
  await agent.startAndWait('env', 'VXAGENT_LISTEN=9101')
  expect(await listening()).toMatch(/^LISTEN .* 127\.0\.0\.1:9101 /)
  const get = async (path: string, options: object = {}): Promise<string> => {
    const call = { host: '127.0.0.1', port: 9101, path, ...options }
    return ubuntu.run(process.execPath, ['-e', requester, JSON.stringify(call)])
  }
  expect(await get('/readyz')).toBe('200 {"status":"ready"}\n')
  expect(await get('/metrics')).toContain('vxagent_converged 1')
  expect(await get('/v1/apply', { method: 'POST' })).toMatch(/^404 /)
  expect(await get('/v1/status', { headers: { host: 'evil.example' } })).toMatch(/^403 .*not that of this host/)
  const { code, stderr } = await agent.vxagent('agent', '--listen', 'eth1:9101')
  expect([code, stderr]).toEqual([64, expect.stringContaining('must be a port from 1 to 65535')])
})
