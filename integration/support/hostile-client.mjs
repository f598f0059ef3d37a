/**
 * A client of ill will: `node -e SOURCE SOCKET ATTACK`. Prints `attacking` when its first round is out, and the first refusal that it
 * gets, and goes on until it is killed. It needs nothing but Node, since it runs as a user who may not be able to read the repository.
 */
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** @typedef {import('node:net').Socket} Socket */

const [path = '', attack = ''] = process.argv.slice(-2)
/** @param {string} what */
const get = (what, more = '') => `GET ${what} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
/**
 * @param {string} what
 * @param {string} more
 */
const post = (what, more) => `POST ${what} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${more}\r\n`
const junk = Buffer.alloc(64 * 1024, '[')
const filters = Array.from({ length: 60 }, (_, index) => `dev=vxlan${index}&mac=02:00:00:00:00:${10 + index}`).join('&')

/**
 * Writes as much as is taken, for as long as the connection lasts.
 * @param {Socket} socket
 * @param {string | Buffer} bytes
 */
function pour(socket, bytes) {
  while (!socket.destroyed && socket.write(bytes)) {}
  socket.once('drain', () => pour(socket, bytes))
}

/**
 * @param {Socket} socket
 * @param {() => void} work
 */
function everySoOften(socket, work) {
  const timer = setInterval(work, 200)
  socket.once('close', () => clearInterval(timer))
}

/**
 * Asks again as soon as an answer has come.
 * @param {Socket} socket
 * @param {string} request
 */
function askOn(socket, request) {
  socket.write(request)
  let text = ''
  let left = 0
  socket.on('data', (chunk) => {
    if (left > 0) {
      left -= chunk.length
    } else {
      text += chunk.toString('latin1')
      const [head = '', ...rest] = text.split('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(head)
      if (rest.length === 0 || length === null) {
        return
      }
      left = Number(length[1]) - rest.join('\r\n\r\n').length
      text = ''
    }
    if (left <= 0) {
      left = 0
      socket.write(request)
    }
  })
}

/**
 * What is done on each of so many connections; one that is closed is made again.
 * @type {Readonly<Record<string, readonly [number, (socket: Socket) => unknown]>>}
 */
const attacks = {
  'keeps connections': [300, (socket) => askOn(socket, get('/healthz'))],
  'says nothing': [300, () => {}],
  'sends requests for events ahead': [8, (socket) => socket.write(get('/v1/events').repeat(800))],
  'sends requests for the status ahead, without an end': [16, (socket) => pour(socket, get('/v1/status').repeat(800))],
  'reads nothing of the forwarding table': [64, (socket) => socket.write(get('/v1/fdb'))],
  'reads a little of the forwarding table': [
    64,
    (socket) => {
      socket.write(get('/v1/fdb'))
      everySoOften(socket, () => socket.read(100))
    },
  ],
  'reads nothing of the past events': [64, (socket) => socket.write(get('/v1/events', 'Accept: application/json\r\n'))],
  'follows events with many filters, and reads none': [100, (socket) => socket.write(get(`/v1/events?${filters}`))],
  'sends long states': [
    32,
    (socket) => {
      socket.write(post('/v1/apply', 'Content-Length: 67108864\r\n'))
      pour(socket, junk)
    },
  ],
  'sends a body without an end': [
    32,
    (socket) => {
      socket.write(post('/v1/apply', 'Transfer-Encoding: chunked\r\n'))
      pour(socket, Buffer.concat([Buffer.from('10000\r\n'), junk, Buffer.from('\r\n')]))
    },
  ],
  'sends a body without an end to be read by nobody': [
    32,
    (socket) => {
      socket.write(get('/v1/status', 'Transfer-Encoding: chunked\r\n'))
      pour(socket, Buffer.concat([Buffer.from('10000\r\n'), junk, Buffer.from('\r\n')]))
    },
  ],
  'sends headers without an end': [32, (socket) => pour(socket, `${get('/').slice(0, -2)}X: ${'y'.repeat(60_000)}`)],
  'sends headers a byte at a time': [
    64,
    (socket) => {
      socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ')
      everySoOften(socket, () => socket.write('y'))
    },
  ],
  'sends a body a byte at a time': [
    64,
    (socket) => {
      socket.write(post('/v1/apply', 'Content-Length: 1000\r\n'))
      everySoOften(socket, () => socket.write(' '))
    },
  ],
  'closes its half of each connection': [300, (socket) => socket.end(get('/v1/fdb'))],
  'connects and leaves': [200, (socket) => socket.destroy()],
  'asks for an address to be explained, again and again': [
    32,
    (socket) => askOn(socket, get('/v1/explain?to=02:00:00:00:00:99&dev=vxlan0')),
  ],
  'asks for metrics, again and again': [32, (socket) => askOn(socket, get('/metrics'))],
  'asks for tunnels, again and again': [32, (socket) => askOn(socket, get('/v1/tunnels'))],
  'reads the forwarding table, again and again': [32, (socket) => askOn(socket, get('/v1/fdb'))],
  'applies, again and again': [
    32,
    (socket) => askOn(socket, post('/v1/apply', 'Content-Length: 0\r\n').replace(/Content-Type.*\r\n/, '')),
  ],
}

const [count, work] = attacks[attack] ?? [0, () => {}]
const readsNothing = /^(reads (nothing|a little)|follows)/.test(attack)
let hasBeenRefused = false

/**
 * The first refusal is printed: it is to be a sentence.
 * @param {Buffer} chunk
 */
function note(chunk) {
  const text = chunk.toString('latin1')
  if (!hasBeenRefused && /^HTTP\/1.1 (429|503) /.test(text)) {
    hasBeenRefused = true
    process.stdout.write(`refused: ${text.split('\r\n\r\n')[1]}`)
  }
}

async function hold() {
  for (;;) {
    await new Promise((resolve) => {
      const socket = connect({ path, allowHalfOpen: true })
      socket.on('connect', () => {
        if (!readsNothing) {
          socket.on('data', note)
        }
        work(socket)
      })
      socket.on('end', () => socket.end())
      socket.on('error', () => {})
      socket.on('close', resolve)
    })
    await setTimeout(20)
  }
}

for (let index = 0; index < count; index += 1) {
  void hold()
}
await setTimeout(1000)
process.stdout.write('attacking\n')
// Connections that are not read do not keep a process going.
setInterval(() => {}, 1000)
