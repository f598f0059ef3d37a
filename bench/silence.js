/** Bench `silence`: how long the daemon's event loop stands still under each kind of load. In a network namespace of its own. */
import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions, startChild } from './support/child.js'
import { startDaemon } from './support/daemon.js'
import { macOf, vtepOf } from './support/forwarding-entries.js'
import { runProgram } from './support/timing.js'

const links = 4000
const learned = 300_000
const stated = 200_000
const here = '192.0.2.1'
const there = '192.0.2.2'
const probe = new URL('./support/silence-probe.js', import.meta.url).href

/** @typedef {Awaited<ReturnType<typeof startDaemon>>} Daemon */

/** @returns {Promise<import('./support/result.js').Result>} */
async function silence() {
  const setup = [
    'link set lo up',
    `address add ${here}/32 dev lo`,
    `address add ${there}/32 dev lo`,
    'link add eth1 type veth peer name eth2',
    'link set eth1 up',
    'link set eth2 up',
  ]
  for (const command of setup) {
    runProgram('ip', command.split(' '))
  }
  const daemon = await startDaemon({ preload: probe })
  const sender = startChild('workers/frame-sender.js')
  /** @type {import('./support/result.js').Silence[]} */
  const silences = []
  const measure = async (/** @type {string} */ load, /** @type {() => Promise<unknown>} */ work) => {
    await daemon.silence('begin')
    const start = performance.now()
    await work()
    const seconds = (performance.now() - start) / 1000
    // What follows, such as state.json, is part of it.
    await sleep(1500)
    silences.push({ load, seconds, ...(await daemon.silence('end')) })
  }
  const learn = (/** @type {number} */ first, /** @type {number} */ count) =>
    sender.ask({ do: 'send', to: here, port: 8472, vni: 42, first, count })
  try {
    await sender.ask({ do: 'ready', from: there })
    await measure(`${links} links with an address made`, () => daemon.apply(manyLinks(16)))
    await measure('one of them changed', () => daemon.apply(manyLinks(20)))
    await measure('nothing to do', () => daemon.apply(manyLinks(20)))
    await measure('one of them changed by hand', async () => {
      runProgram('ip', ['link', 'set', 'vx5', 'mtu', '1300'])
      await settled(daemon)
    })
    await measure('another MTU of the underlay', async () => {
      runProgram('ip', ['link', 'set', 'eth1', 'mtu', '1400'])
      await settled(daemon)
    })
    await measure('read by the API', () => readAll(daemon))
    await measure('the RTNL lock held by another', () => whileLocked(() => readAll(daemon)))
    await measure('all of them deleted', () => daemon.apply('{"vxlans":{}}'))
    await daemon.apply(JSON.stringify({ vxlans: { vxb0: { id: 42, local: here, dstport: 8472 } } }))
    await measure(`a burst of ${learned} learned entries`, async () => {
      await learn(0, learned)
      await settled(daemon)
    })
    await measure('read by the API', () => readAll(daemon))
    await measure('events lost, everything dumped', async () => {
      daemon.signal('SIGSTOP')
      await learn(learned, learned / 2)
      await daemon.silence('begin', () => daemon.signal('SIGCONT'))
      await settled(daemon)
    })
    await measure('the link deleted by hand', async () => {
      runProgram('ip', ['link', 'delete', 'vxb0'])
      await settled(daemon)
    })
    await daemon.apply('{"vxlans":{}}')
    await measure(`${stated} entries stated`, () => daemon.apply(manyEntries('192.0.2.99')))
    await measure('one of them changed', () => daemon.apply(manyEntries('192.0.2.98')))
    await measure('all of them removed', () => daemon.apply('{"vxlans":{}}'))
  } finally {
    await Promise.all([sender.stop(), daemon.stop()])
  }
  return { comparisons: [], bursts: [], silences }
}

/** @param {number} ttl of the first link */
function manyLinks(ttl) {
  const vxlans = Object.fromEntries(
    Array.from({ length: links }, (_, number) => [
      `vx${number}`,
      {
        id: 1000 + number,
        local: here,
        dev: 'eth1',
        dstport: 4789,
        ttl: number === 0 ? ttl : 16,
        addresses: [`10.100.${number >> 8}.${number & 255}/32`],
      },
    ]),
  )
  return JSON.stringify({ vxlans })
}

/** @param {string} vtep of the first entry */
function manyEntries(vtep) {
  const fdb = Array.from({ length: stated }, (_, number) => ({
    mac: macOf(number),
    dst: number === 0 ? vtep : vtepOf(number),
  }))
  return JSON.stringify({ vxlans: { vxb1: { id: 43, local: here, dstport: 4789, fdb } } })
}

/**
 * Until the daemon has heard nothing and done nothing for a second and a half.
 * @param {Daemon} daemon
 */
async function settled(daemon) {
  for (let before = ''; ; ) {
    await sleep(1500)
    const { counters } = JSON.parse(await get(daemon, '/v1/status'))
    const now = JSON.stringify([counters.events, counters.reconciles, counters.resyncs])
    if (now === before) {
      return
    }
    before = now
  }
}

/** @param {Daemon} daemon */
async function readAll(daemon) {
  for (const path of ['tunnels', 'fdb', 'links', 'status', 'explain?target=02:00:00:00:00:07&dev=vxb0']) {
    await get(daemon, `/v1/${path}`)
  }
  await get(daemon, '/metrics')
}

/**
 * Does the work while the kernel deletes thousands of links in another network namespace, for which it holds its lock for seconds.
 * @param {() => Promise<unknown>} work
 */
async function whileLocked(work) {
  const add = `for i in $(seq ${links}); do echo link add h$i group 77 type vxlan id $i dstport 4789; done | ip -batch -`
  const child = spawn('unshare', ['--net', 'sh', '-c', `${add}; echo ready; ip link delete group 77`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await work()
  await ended
}

/**
 * @param {Daemon} daemon
 * @param {string} path
 * @returns {Promise<string>}
 */
function get({ socketPath }, path) {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.end()
  })
}

answerQuestions({ run: silence })
