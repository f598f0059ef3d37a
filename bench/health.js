/** Bench `health`: what watching the health of 1,000 links costs the daemon at rest, and how long its answers take. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions } from './support/child.js'
import { startDaemon } from './support/daemon.js'
import { median, runProgram, time, timeProgram } from './support/timing.js'

const links = 1000
const remotes = 3
/** A minute is what the aim is stated for. */
const restSeconds = 60
/** What the first pass has begun is over by then. */
const quietMs = 20_000

function desired() {
  const vxlans = Object.fromEntries(
    Array.from({ length: links }, (_, number) => [
      `vxb${number}`,
      {
        ...{ id: number + 1, dev: 'eth1', local: '192.0.2.254', dstport: 4789 },
        remotes: Array.from({ length: remotes }, (_, at) => `192.0.2.${at + 1}`),
      },
    ]),
  )
  return JSON.stringify({ vxlans })
}

/** @param {{ runs: number }} options */
async function health({ runs }) {
  runProgram('ip', 'link add eth1 type veth peer name eth1-far'.split(' '))
  runProgram('ip', 'link set eth1-far up'.split(' '))
  runProgram('ip', 'address add 192.0.2.254/24 dev eth1'.split(' '))
  runProgram('ip', 'link set eth1 up'.split(' '))
  const daemon = await startDaemon()
  /** @type {number[]} */
  const status = []
  /** @type {number[]} */
  const look = []
  /** @type {number[]} */
  const read = []
  try {
    await daemon.apply(desired())
    await sleep(quietMs)
    const before = daemon.cpuSeconds()
    await sleep(restSeconds * 1000)
    const atRest = daemon.cpuSeconds() - before
    for (let run = 0; run < runs; run += 1) {
      status.push((await time(() => daemon.get('/v1/status'))).seconds)
      look.push((await time(() => daemon.get('/v1/health'))).seconds)
      read.push(
        timeProgram('ip', ['-s', '-d', '-j', 'link', 'show']) + timeProgram('bridge', ['-s', '-j', 'fdb', 'show']),
      )
    }
    await daemon.apply('{"vxlans":{}}')
    const peerName = 'ip -s link, bridge -s fdb show'
    const job = `${links.toLocaleString('en')} links`
    return {
      comparisons: [
        { job: `${job}, GET /v1/status`, ours: status, peerName, peer: read },
        { job: `${job}, all checks now (GET /v1/health)`, ours: look, peerName, peer: read },
        {
          job: `${job}, processor time of a minute at rest`,
          ours: [atRest],
          peerName: `${peerName}, once`,
          peer: [median(read)],
        },
      ],
      bursts: [],
    }
  } finally {
    await daemon.stop()
  }
}

answerQuestions({ run: health })
