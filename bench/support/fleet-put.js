/** `PUT /v1/fleet` to the kernel: an agent without a fleet process is handed over remotes, beside `bridge -batch`. */
import { startDaemon } from './daemon.js'
import { addressOfMember, handoverOf } from './fleet-record.js'
import { desiredOf } from './real-host.js'
import { time, timeProgram } from './timing.js'

/**
 * @param {{ host: import('./hosts.js').Host, counts: readonly number[], runs: number }} options
 * @returns {Promise<import('./result.js').Comparison[]>}
 */
export async function putHandovers({ host, counts, runs }) {
  const agent = await startDaemon({ command: host.command })
  let revision = 0
  const put = async (/** @type {number} */ count) => {
    revision += 1
    const body = JSON.stringify(handoverOf(count, revision))
    const { seconds, value } = await time(() => agent.put('/v1/fleet', body))
    const present = host.run('bridge fdb show dev vxlan0').match(/^00:00:00:00:00:00 dst /gm)?.length ?? 0
    if (value.revision !== revision || present !== count) {
      throw new Error(`the kernel has ${present} of ${count} entries: ${JSON.stringify(value).slice(0, 500)}`)
    }
    return seconds
  }
  try {
    await agent.apply(desiredOf({ address: host.address, node: 'real1', endpoints: ['http://127.0.0.1:1'] }))
    /** @type {import('./result.js').Comparison[]} */
    const comparisons = []
    for (const count of counts) {
      /** @type {{ all: number[], one: number[], peer: number[], peerOne: number[] }} */
      const times = { all: [], one: [], peer: [], peerOne: [] }
      for (let run = 0; run < runs; run += 1) {
        await put(0)
        times.all.push(await put(count))
        times.one.push(await put(count + 1))
        makePeerLink(host)
        times.peer.push(timeBatch(host, 0, count))
        times.peerOne.push(timeBatch(host, count, 1))
      }
      const job = `${count.toLocaleString('en')} remotes by PUT /v1/fleet`
      comparisons.push(
        { job: `${job}, from none`, ours: times.all, peerName: 'bridge -batch', peer: times.peer },
        { job: `${job}, one more`, ours: times.one, peerName: 'bridge -batch, this one', peer: times.peerOne },
      )
    }
    await agent.apply('{"vxlans":{}}')
    host.run('ip link delete vxpeer')
    return comparisons
  } finally {
    await agent.stop()
  }
}

/** An empty one. @param {import('./hosts.js').Host} host */
function makePeerLink({ run, address }) {
  if (run('ip -o link show type vxlan').includes('vxpeer')) {
    run('ip link delete vxpeer')
  }
  run(`ip link add vxpeer type vxlan id 43 local ${address} dstport 4789`)
}

/**
 * @param {import('./hosts.js').Host} host
 * @param {number} from
 * @param {number} count
 */
function timeBatch({ command }, from, count) {
  const lines = Array.from(
    { length: count },
    (_, number) => `fdb append 00:00:00:00:00:00 dev vxpeer dst ${addressOfMember(from + number)} self permanent\n`,
  )
  const [program = '', ...parameters] = [...command, 'bridge', '-batch', '-']
  return timeProgram(program, parameters, lines.join(''))
}
