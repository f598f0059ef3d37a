/** Bench `links`: vxlan links created, given an address, taken up. Runs in a network namespace of its own. */
import { answerQuestions, startChild } from './support/child.js'
import { ipBatch, linkGroup } from './support/links.js'
import { runProgram, timeProgram } from './support/timing.js'

const count = 1000
const warmUps = 3
const ourPath = new URL('workers/vxagent-client.js', import.meta.url).pathname

/**
 * @param {{ runs: number }} options
 * @returns {Promise<import('./support/result.js').Result>}
 */
async function links({ runs }) {
  const client = startChild('workers/vxagent-client.js')
  const batch = ipBatch(count)
  /** @type {Record<'ours' | 'process' | 'ip', number[]>} */
  const seconds = { ours: [], process: [], ip: [] }
  // A client that is open already has done its job before: V8 has compiled it. The whole process shows it cold.
  for (let round = 0; round < warmUps; round += 1) {
    await client.ask({ do: 'links', count })
    checkAndDelete()
  }
  for (let run = 0; run < runs; run += 1) {
    seconds.ours.push((await client.ask({ do: 'links', count })).seconds)
    checkAndDelete()
    seconds.ip.push(timeProgram('ip', ['-batch', '-'], batch))
    checkAndDelete()
    seconds.process.push(timeProgram(process.execPath, [ourPath, 'links', `${count}`]))
    checkAndDelete()
  }
  await client.stop()
  const job = `${count.toLocaleString('en')} vxlan links with address, up`
  return {
    comparisons: [
      { job: `${job}, client open`, ours: seconds.ours, peerName: 'ip -batch', peer: seconds.ip },
      { job: `${job}, whole process`, ours: seconds.process, peerName: 'ip -batch', peer: seconds.ip },
    ],
    bursts: [],
  }
}

/** Not timed: that all are there, up and with their address; then all deleted, which takes the kernel as long whoever made them. */
function checkAndDelete() {
  const made = JSON.parse(runProgram('ip', ['-4', '-j', 'address', 'show', 'group', `${linkGroup}`, 'up']))
  if (made.length !== count) {
    throw new Error(`${made.length} of ${count} links are up with an address`)
  }
  runProgram('ip', ['link', 'delete', 'group', `${linkGroup}`])
}

answerQuestions({ run: links })
