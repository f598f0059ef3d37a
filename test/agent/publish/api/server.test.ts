import { once } from 'node:events'
import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { AgentRefused, AgentUnreachable, requestAgent } from '../../../../src/agent/ask/request.ts'
import { InvalidDesiredState, type Issue } from '../../../../src/agent/desired/issue.ts'
import { StartupError } from '../../../../src/agent/host/startup-error.ts'
import { plainAnswer } from '../../../../src/agent/publish/api/bounded-server.ts'
import { longestState } from '../../../../src/agent/publish/api/limits.ts'
import { Forbidden } from '../../../../src/agent/publish/api/peer.ts'
import { startServer } from '../../../../src/agent/publish/api/server.ts'
import type { Routes } from '../../../../src/agent/publish/api/zod-routes.ts'
import { NotPossibleNow } from '../../../../src/agent/trial/not-possible-now.ts'
import { builtProgram, firstOutput, started } from '../../../support/child.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

const silent = pino({ level: 'silent' })

const issue: Issue = {
  severity: 'error',
  code: 'syntax',
  file: 'a.yaml',
  line: 1,
  column: 1,
  path: '',
  text: '',
  message: 'bad',
}

const routes: Routes = {
  read(api) {
    api.get('/v1/status', () => ({ converged: true }))
    api.get('/v1/links', () => [{ ifname: 'vxlan0' }])
    api.get('/v1/broken', () => {
      throw new Error('no answer today')
    })
    api.get('/v1/asked', { schema: { querystring: z.strictObject({ to: z.string() }) } }, ({ query }) => query)
  },
  write(api) {
    api.post('/v1/apply', () => ({ actions: [] }))
    api.post('/v1/refuse', async () => {
      throw new Error('the state directory is full')
    })
    api.post('/v1/echo', ({ body, peer }) => ({ body, mayDecide: peer.isPrivileged }))
    api.post('/v1/state', { bodyLimit: longestState, schema: { body: z.string() } }, ({ body }) => ({
      length: body.length,
    }))
    api.post('/v1/not-now', async () => {
      throw new NotPossibleNow('nothing to confirm')
    })
    api.post('/v1/forbidden', async () => {
      throw new Forbidden('only root may')
    })
    api.post('/v1/invalid', async () => {
      throw new InvalidDesiredState([issue])
    })
    const body = z.strictObject({ confirmSeconds: z.int() })
    api.post('/v1/unread', { schema: { body } }, (request) => request.body)
    api.post('/v1/either', { schema: { body: body.optional() } }, (request) => ({ was: request.body ?? 'nothing' }))
  },
}

/** A server on a socket of its own. */
async function served(path = join(temporaryDirectory(), 'run', 'vxagent.sock')): Promise<string> {
  const server = await startServer(path, routes, silent)
  onTestFinished(() => server.close())
  return path
}

/** A plain exchange, as any HTTP client does it. */
function exchange(
  socketPath: string,
  { method = 'GET', path, body }: { method?: string; path: string; body?: string },
): Promise<{ status: number | undefined; type: string | undefined; answer: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }
    const call = request({ socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: response.statusCode,
          type: response.headers['content-type'],
          answer: text === '' ? undefined : JSON.parse(text),
        })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

test.each<{ method: 'GET' | 'POST'; path: string; answer: unknown }>([
  { method: 'GET', path: '/v1/status', answer: { converged: true } },
  { method: 'GET', path: '/v1/links', answer: [{ ifname: 'vxlan0' }] },
  { method: 'POST', path: '/v1/apply', answer: { actions: [] } },
])('$method $path answers JSON', async ({ method, path, answer }) => {
  const socket = await served()
  expect(await requestAgent(socket, method, path)).toEqual(answer)
  expect(await exchange(socket, { method, path })).toMatchObject({
    status: 200,
    type: 'application/json; charset=utf-8',
    answer,
  })
})

test.each<{ what: string; method?: string; path: string; body?: string; status: number; says: RegExp }>([
  {
    what: 'an unknown path',
    path: '/v2/status',
    status: 404,
    says: /no GET \/v2\/status here; there is \/v1\/status .*POST \/v1\/apply/,
  },
  { what: 'a known path with another method', method: 'DELETE', path: '/v1/status', status: 404, says: /no DELETE/ },
  { what: 'reading what is to be done', path: '/v1/apply', status: 404, says: /no GET \/v1\/apply/ },
  { what: 'doing what is to be read', method: 'POST', path: '/v1/status', status: 404, says: /no POST/ },
  {
    what: 'a body that is too large',
    method: 'POST',
    path: '/v1/apply',
    body: `"${'x'.repeat(2000)}"`,
    status: 413,
    says: /too large/,
  },
  { what: 'a body that is no JSON', method: 'POST', path: '/v1/apply', body: '{', status: 400, says: /JSON/ },
  { what: 'a question that fails', path: '/v1/broken', status: 500, says: /no answer today/ },
  {
    what: 'what cannot be done as things stand',
    method: 'POST',
    path: '/v1/not-now',
    status: 409,
    says: /^nothing to confirm$/,
  },
  { what: 'what the asker may not do', method: 'POST', path: '/v1/forbidden', status: 403, says: /^only root may$/ },
  {
    what: 'a body with what is not asked for',
    method: 'POST',
    path: '/v1/unread',
    body: '{"confirm":1}',
    status: 400,
    says: /confirmSeconds/,
  },
  {
    what: 'a body of another kind',
    method: 'POST',
    path: '/v1/either',
    body: '{"confirmSeconds":"soon"}',
    status: 400,
    says: /expected number.*at confirmSeconds/s,
  },
  { what: 'no body where there must be one', method: 'POST', path: '/v1/unread', status: 400, says: /expected object/ },
  { what: 'a query that is not complete', path: '/v1/asked', status: 400, says: /at to/ },
  { what: 'a query with a key too many', path: '/v1/asked?to=a&by=b', status: 400, says: /"by"/ },
])('$what is answered with $status and a reason in JSON', async ({ status, says, ...asked }) => {
  const socket = await served()
  const { answer, ...got } = await exchange(socket, asked)
  expect(got).toEqual({ status, type: 'application/json; charset=utf-8' })
  expect(answer).toEqual({ error: expect.stringMatching(says) })
})

test('what is sent along arrives, with whether the asker may decide', async () => {
  const socket = await served()
  expect(await requestAgent(socket, 'POST', '/v1/echo', { confirmSeconds: 60 })).toEqual({
    body: { confirmSeconds: 60 },
    mayDecide: true,
  })
})

test.each([
  ['no body', undefined, { was: 'nothing' }],
  ['null', 'null', { was: 'nothing' }],
  ['a body', '{"confirmSeconds":60}', { was: { confirmSeconds: 60 } }],
])('where a body may be left out, %s will do', async (_, body, answer) => {
  const asked = { method: 'POST', path: '/v1/either', ...(body !== undefined && { body }) }
  expect(await exchange(await served(), asked)).toMatchObject({ status: 200, answer })
})

test('a desired state may be large where one is asked for', async () => {
  const socket = await served()
  const state = 'x'.repeat(20_000_000)
  expect(await requestAgent(socket, 'POST', '/v1/state', state)).toEqual({ length: state.length })
})

test('an asker that is neither root nor the user of the agent may not decide', async (context) => {
  if (process.geteuid?.() !== 0) {
    context.skip('only root can ask as somebody else')
  }
  const path = await served()
  chmodSync(path, 0o777)
  for (const directory of [dirname(path), dirname(dirname(path))]) {
    chmodSync(directory, 0o755)
  }
  // Who asks is settled when the connection is made.
  process.seteuid?.(65534)
  const connection = connect({ path })
  process.seteuid?.(0)
  connection.end('POST /v1/echo HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  expect(await text(connection)).toContain('"mayDecide":false')
})

describe('the socket', () => {
  test('is for its owner and group, in a directory that is made', async () => {
    const umask = process.umask(0)
    onTestFinished(() => {
      process.umask(umask)
    })
    const socket = await served()
    expect(statSync(socket).mode & 0o777).toBe(0o660)
    expect(process.umask()).toBe(0)
  })

  test('is gone when the server is closed', async () => {
    const path = join(temporaryDirectory(), 'sock')
    const server = await startServer(path, routes, silent)
    await server.close()
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined()
  })

  test('takes the place of one that a crash left behind', async () => {
    const path = join(temporaryDirectory(), 'sock')
    const program = await builtProgram(`
      import { connect, createServer, type Socket } from 'node:net'
      createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))
    `)
    const child = started(process.execPath, program)
    await firstOutput(child)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(lstatSync(path).isSocket()).toBe(true)
    await served(path)
    expect(await requestAgent(path, 'GET', '/v1/status')).toEqual({ converged: true })
  })

  test('does not take the place of one on which somebody listens', async () => {
    const path = join(temporaryDirectory(), 'sock')
    const other = createServer().listen(path)
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    const refused = startServer(path, routes, silent)
    await expect(refused).rejects.toThrow(StartupError)
    await expect(refused).rejects.toThrow(`another process is listening on ${path}`)
    expect(lstatSync(path).isSocket()).toBe(true)
  })

  test.each([
    { what: 'a file', make: (path: string) => writeFileSync(path, 'precious') },
    { what: 'a symbolic link', make: (path: string) => symlinkSync('/etc/passwd', path) },
  ])('does not take the place of $what', async ({ make }) => {
    const path = join(temporaryDirectory(), 'sock')
    make(path)
    const { ino } = lstatSync(path)
    await expect(startServer(path, routes, silent)).rejects.toThrow(`${path} exists and is no socket`)
    expect(lstatSync(path).ino).toBe(ino)
  })

  test('in a directory that cannot be made is told with what to do', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const refused = startServer(join(file, 'run', 'sock'), routes, silent)
    await expect(refused).rejects.toThrow(StartupError)
    await expect(refused).rejects.toThrow(/--socket/)
  })

  test('with a path longer than an address holds is refused, not cut', async () => {
    const path = join(temporaryDirectory(), 'x'.repeat(120))
    await expect(startServer(path, routes, silent)).rejects.toThrow(StartupError)
    expect(readdirSync(dirname(path))).toEqual([])
  })
})

describe('asking', () => {
  test('an agent that refuses gives its reason', async () => {
    const socket = await served()
    const asked = requestAgent(socket, 'POST', '/v1/refuse')
    await expect(asked).rejects.toThrow(AgentRefused)
    await expect(asked).rejects.toThrow('the agent refused POST /v1/refuse: the state directory is full')
  })

  test('what cannot be done as things stand is told in the words of the agent', async () => {
    const asked = requestAgent(await served(), 'POST', '/v1/not-now')
    await expect(asked).rejects.toThrow(NotPossibleNow)
    await expect(asked).rejects.toThrow(/^nothing to confirm$/)
  })

  test('an invalid desired state comes back with its issues', async () => {
    const asked = requestAgent(await served(), 'POST', '/v1/invalid')
    await expect(asked).rejects.toThrow(InvalidDesiredState)
    await expect(asked).rejects.toMatchObject({ issues: [issue] })
  })

  test('without a socket says that the daemon is not running', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    const asked = requestAgent(socket, 'GET', '/v1/status')
    await expect(asked).rejects.toThrow(AgentUnreachable)
    await expect(asked).rejects.toMatchObject({ code: 'ENOENT', message: expect.stringContaining('not running') })
  })

  test('at a socket on which nobody listens says so', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    writeFileSync(socket, '')
    await expect(requestAgent(socket, 'GET', '/v1/status')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('without permission says who may', async () => {
    const socket = await served()
    chmodSync(socket, 0)
    const user = process.geteuid?.() ?? 0
    if (user === 0) {
      // Root may do everything, so be somebody else meanwhile.
      process.seteuid?.(65534)
      onTestFinished(() => {
        process.seteuid?.(0)
      })
    }
    await expect(requestAgent(socket, 'GET', '/v1/status')).rejects.toMatchObject({ code: 'EACCES' })
  })

  test('something that is no vxagent is told apart', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    const other = createServer((connection) => {
      connection.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello')
    }).listen(socket)
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    await expect(requestAgent(socket, 'GET', '/v1/status')).rejects.toThrow(`what answers at ${socket} is no vxagent`)
  })

  test('an agent that dies while it answers is unreachable', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    const other = createServer((connection) => connection.once('data', () => connection.destroy())).listen(socket)
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    await expect(requestAgent(socket, 'GET', '/v1/status')).rejects.toThrow(AgentUnreachable)
  })

  test('a socket whose queue is full is tried again', async () => {
    const path = join(temporaryDirectory(), 'sock')
    const program = await builtProgram(`
      import { createServer } from 'node:http'
      const server = createServer((request, response) => response.end('{}'))
      server.listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => {
        console.log('listening')
        process.kill(process.pid, 'SIGSTOP')
      })
    `)
    const child = started(process.execPath, program)
    await firstOutput(child)
    const waiting = Array.from({ length: 20 }, () => connect({ path }).on('error', () => {}))
    await once(waiting.at(-1) as Socket, 'error')
    const asked = requestAgent(path, 'GET', '/v1/status')
    setTimeout(() => child.kill('SIGCONT'), 200)
    expect(await asked).toEqual({})
  })

  test('a user who has too much open is told so in the words of the agent', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    const error = 'uid 1000 has 32 open connections already, the most for one user; close some, or ask as root'
    const other = createServer((connection) =>
      connection.once('data', () => connection.end(plainAnswer(429, error, { 'retry-after': '5' }))),
    ).listen(socket)
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    const asked = requestAgent(socket, 'GET', '/v1/status')
    await expect(asked).rejects.toThrow(AgentRefused)
    await expect(asked).rejects.toThrow(`the agent refused GET /v1/status: ${error}`)
  })

  test('an agent that dies in the middle of its answer rejects too', async () => {
    const socket = join(temporaryDirectory(), 'sock')
    const other = createServer((connection) =>
      connection.once('data', () => {
        connection.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"half":')
        setImmediate(() => connection.destroy())
      }),
    ).listen(socket)
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    await expect(requestAgent(socket, 'GET', '/v1/status')).rejects.toThrow(AgentUnreachable)
  })
})
