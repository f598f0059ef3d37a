import { once } from 'node:events'
import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AgentRefused, AgentUnreachable, requestAgent } from '../../../src/agent/api/request.ts'
import { type Routes, startServer } from '../../../src/agent/api/server.ts'
import { StartupError } from '../../../src/agent/service/startup-error.ts'
import { builtProgram, firstOutput, started } from '../../support/child.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const silent = pino({ level: 'silent' })

const routes: Routes = {
  get: {
    '/v1/status': () => ({ converged: true }),
    '/v1/links': () => [{ ifname: 'vxlan0' }],
    '/v1/broken': () => {
      throw new Error('no answer today')
    },
  },
  post: {
    '/v1/apply': async () => ({ actions: [] }),
    '/v1/refuse': async () => {
      throw new Error('the state directory is full')
    },
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
])('$what is answered with $status and a reason in JSON', async ({ status, says, ...asked }) => {
  const socket = await served()
  const { answer, ...got } = await exchange(socket, asked)
  expect(got).toEqual({ status, type: 'application/json; charset=utf-8' })
  expect(answer).toEqual({ error: expect.stringMatching(says) })
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
      import { createServer } from 'node:net'
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
    await expect(startServer(path, routes, silent)).rejects.toThrow(`${path} exists and is no socket`)
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeDefined()
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
