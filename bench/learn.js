/** Bench `learn`: the daemon while a vxlan learns 100,000 MAC addresses from frames, with readers of all kinds. In a network namespace of its own. */
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions, startChild } from './support/child.js'
import { startDaemon, vxagentPath } from './support/daemon.js'
import { runProgram, time, timeProgram } from './support/timing.js'

const frames = 100_000
const link = 'vxb0'
const vni = 42
const port = 8472
const here = '192.0.2.1'
const there = '192.0.2.2'

/**
 * @param {{ runs: number }} options
 * @returns {Promise<import('./support/result.js').Result>}
 */
async function learn({ runs }) {
  for (const command of ['link set lo up', `address add ${here}/32 dev lo`, `address add ${there}/32 dev lo`]) {
    runProgram('ip', command.split(' '))
  }
  const results = []
  /** @type {{ api: number[], program: number[], bridge: number[] }} */
  const tables = { api: [], program: [], bridge: [] }
  for (let run = 0; run < runs; run += 1) {
    results.push(await burst(tables))
  }
  const peer = { peerName: 'bridge -j fdb show', peer: tables.bridge }
  const comparisons = [
    { job: `${frames.toLocaleString('en')} entries by GET /v1/fdb`, ours: tables.api, ...peer },
    {
      job: `${frames.toLocaleString('en')} entries by vxagent fdb --json, whole process`,
      ours: tables.program,
      ...peer,
    },
  ]
  return { comparisons, bursts: [], learnings: results }
}

/**
 * @param {{ api: number[], program: number[], bridge: number[] }} tables how long it takes to tell the whole table, in seconds
 * @returns {Promise<import('./support/result.js').Learning>}
 */
async function burst(tables) {
  runProgram('ip', `link add ${link} type vxlan id ${vni} local ${here} dstport ${port}`.split(' '))
  runProgram('ip', ['link', 'set', link, 'up'])
  const daemon = await startDaemon()
  const sender = startChild('workers/frame-sender.js')
  try {
    await sender.ask({ do: 'ready', from: there })
    const reader = follow(daemon.socketPath, { isSlow: false })
    const slow = follow(daemon.socketPath, { isSlow: true })
    await sleep(500)
    const before = daemon.memory().now
    const stop = poll(daemon.socketPath)
    const { seconds } = await sender.ask({ do: 'send', to: here, port, vni, count: frames })
    await silence(() => reader.seen + reader.missed)
    const scrapes = await stop()
    const during = daemon.memory().now
    const { counters } = JSON.parse(await get(daemon.socketPath, '/v1/status'))
    const full = []
    for (let scrape = 0; scrape < 5; scrape += 1) {
      full.push((await time(() => get(daemon.socketPath, '/metrics'))).seconds)
    }
    tables.api.push((await time(() => get(daemon.socketPath, '/v1/fdb'))).seconds)
    tables.bridge.push(timeProgram('bridge', ['-j', 'fdb', 'show']))
    tables.program.push(timeProgram(process.execPath, [vxagentPath, 'fdb', '--json']))
    slow.resume()
    await silence(() => slow.seen + slow.missed)
    return {
      learned: JSON.parse(runProgram('bridge', ['-j', 'fdb', 'show', 'dev', link])).length,
      seconds,
      seen: reader.seen,
      missed: reader.missed,
      overruns: counters.overruns,
      table: JSON.parse(await get(daemon.socketPath, '/v1/fdb')).filter(
        (/** @type {any} */ { ifname }) => ifname === link,
      ).length,
      scrapes,
      full,
      slowSeen: slow.seen,
      slowMissed: slow.missed,
      memory: { before, during },
    }
  } finally {
    await Promise.all([sender.stop(), daemon.stop()])
    runProgram('ip', ['link', 'delete', link])
  }
}

/**
 * A reader of `/v1/events` that counts what comes of learned entries, and what it is told to have missed.
 * @param {string} socketPath
 * @param {{ isSlow: boolean }} options a slow one reads nothing until `resume`
 */
function follow(socketPath, { isSlow }) {
  const counted = { seen: 0, missed: 0, resume: () => {} }
  const call = request({ socketPath, path: '/v1/events?recent=0&kind=learned' }, (response) => {
    counted.resume = () => response.resume()
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (/** @type {string} */ chunk) => {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined) {
          const { kind, count = 0 } = JSON.parse(data)
          counted.seen += kind === 'learned' ? 1 : 0
          counted.missed += kind === 'missed' ? count : 0
        }
      }
    })
    response.on('error', () => {})
    if (isSlow) {
      response.pause()
    }
  })
  call.on('error', () => {})
  call.end()
  return counted
}

/**
 * Asks for metrics and status all the while; gives how long each scrape took.
 * @param {string} socketPath
 */
function poll(socketPath) {
  let isOver = false
  const scrapes = /** @type {number[]} */ ([])
  const polling = (async () => {
    while (!isOver) {
      scrapes.push((await time(() => get(socketPath, '/metrics'))).seconds)
      await get(socketPath, '/v1/status')
      await sleep(50)
    }
  })()
  return async () => {
    isOver = true
    await polling
    return scrapes
  }
}

/**
 * @param {string} socketPath
 * @param {string} path
 * @returns {Promise<string>}
 */
function get(socketPath, path) {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
    call.on('error', reject)
    call.end()
  })
}

/**
 * Until a count has not grown for a second.
 * @param {() => number} count
 */
async function silence(count) {
  for (let before = -1; before !== count(); ) {
    before = count()
    await sleep(1000)
  }
}

answerQuestions({ run: learn })
