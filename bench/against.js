/**
 * `node bench/against.js CHECKOUT`: this checkout beside another one of the project, such as that of an older commit. Both do each job
 * in turns, within one run, so that a slow moment of the machine hits both; what counts is processor time, which other programs disturb
 * least. Both must have been built.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startChild } from './support/child.js'
import { startDaemon } from './support/daemon.js'
import { bridgeBatch, macOf, vtepOf } from './support/forwarding-entries.js'
import { align, machine } from './support/report.js'
import { median, runProgram } from './support/timing.js'
import { makeVxlan } from './support/vxlan.js'

/**
 * One measurement.
 * @typedef {{ cpu: number, wall: number }} Cost in seconds
 * @typedef {(root: string) => Promise<Record<string, Cost>>} Job the costs of what one checkout does, by name
 */

const usage = 'node bench/against.js CHECKOUT [dump|events|apply|state]... [--pairs N]'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '15' } },
})
const here = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const [other, ...chosen] = positionals
if (other === undefined) {
  process.stderr.write(`${usage}\n`)
  process.exit(64)
}
const link = 'vxb0'
const quietMs = 1500

/** @type {Record<string, () => Promise<void>>} */
const benches = {
  async dump() {
    const index = makeVxlan(link, 1)
    runProgram('bridge', ['-batch', '-'], bridgeBatch(link, 100_000))
    const clients = new Map(
      [here, resolve(other)].map((root) => [root, startChild('workers/vxagent-client.js', { root })]),
    )
    await inPairs(async (root) => {
      const client = /** @type {import('./support/child.js').Child} */ (clients.get(root))
      const dumps = await costOf(client.cpuSeconds, async () => {
        for (let dump = 0; dump < 3; dump += 1) {
          await client.ask({ do: 'dump', index })
        }
      })
      const cold = wholeProcess([process.execPath, `${root}/bench/workers/vxagent-client.js`, 'dump', `${index}`])
      return { 'dump of 100,000 entries, three times': dumps, 'the same once, whole process': cold }
    }, 2)
    await Promise.all([...clients.values()].map((client) => client.stop()))
    runProgram('ip', ['link', 'delete', link])
  },
  async events() {
    await inPairs(async (root) => {
      const index = makeVxlan(link, 1)
      const hearing = startChild('workers/vxagent-listener.js', { root })
      const writing = startChild('workers/vxagent-writer.js')
      try {
        await Promise.all([hearing.ask({ do: 'ready' }), writing.ask({ do: 'ready' })])
        await hearing.ask({ do: 'begin' })
        let heard = { received: 0, seconds: 0, overruns: 0 }
        const { cpu } = await costOf(hearing.cpuSeconds, async () => {
          await writing.ask({ do: 'write', index, first: 0, count: 100_000 })
          heard = await hearing.ask({ do: 'end' })
        })
        if (heard.received !== 100_000 || heard.overruns !== 0) {
          throw new Error(`a listener heard ${heard.received} of 100,000 events`)
        }
        return { '100,000 events': { cpu, wall: heard.seconds } }
      } finally {
        await Promise.all([hearing.stop(), writing.stop()])
        runProgram('ip', ['link', 'delete', link])
      }
    }, 1)
  },
  async apply() {
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-bench-'))
    try {
      writeFileSync(join(directory, 'state.json'), desired(50_000))
      await inPairs(async (root) => {
        const own = mkdtempSync(join(directory, 'state-'))
        const command = [
          process.execPath,
          `${root}/dist/cli/main.js`,
          'apply',
          '--desired',
          join(directory, 'state.json'),
        ]
        const parameters = ['--state-dir', own, '--socket', join(own, 'none')]
        const cost = wholeProcess(['unshare', '--net', '--', ...command, ...parameters])
        return { 'vxagent apply of 50,000 entries, whole process': cost }
      }, 1)
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
  async state() {
    const daemons = new Map()
    for (const root of [here, resolve(other)]) {
      const program = `${root}/dist/cli/main.js`
      daemons.set(root, await startDaemon({ program, command: ['unshare', '--net', '--'] }))
    }
    await inPairs(async (root) => {
      const daemon = daemons.get(root)
      /** @param {string} text */
      const apply = async (text) => {
        const cost = await costOf(daemon.cpuSeconds, () => daemon.apply(text))
        await sleep(quietMs)
        return cost
      }
      await apply(desired(0))
      const all = await apply(desired(100_000))
      await apply(desired(100_000, 1))
      const change = await apply(desired(100_000, 2))
      const nothing = await apply(desired(100_000, 2))
      return {
        'daemon: 100,000 entries from empty': all,
        'daemon: 1,000 of them changed': change,
        'daemon: nothing to do': nothing,
      }
    }, 1)
    await Promise.all([...daemons.values()].map((daemon) => daemon.stop()))
  },
}

/** @type {string[][]} */
const rows = []
for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) {
  await benches[name]?.()
}
const heading = ['job', 'here, CPU', 'there, CPU', 'ratio', 'quartiles', 'ratio of wall', 'pairs']
process.stdout.write(`${align([heading, ...rows])}\n\n${machine()}\n`)

/**
 * Does the job here and there, now the one first and now the other, and keeps rows for the table.
 * @param {Job} job
 * @param {number} warmUps pairs that are not counted
 */
async function inPairs(job, warmUps) {
  /** @type {Map<string, { ours: Cost[], theirs: Cost[] }>} */
  const costs = new Map()
  for (let pair = -warmUps; pair < Number(values.pairs); pair += 1) {
    const order = pair % 2 === 0 ? [here, resolve(other ?? '')] : [resolve(other ?? ''), here]
    for (const root of order) {
      for (const [name, cost] of Object.entries(await job(root))) {
        const both = costs.get(name) ?? { ours: [], theirs: [] }
        costs.set(name, both)
        if (pair >= 0) {
          both[root === here ? 'ours' : 'theirs'].push(cost)
        }
      }
    }
  }
  for (const [name, { ours, theirs }] of costs) {
    const ratios = ours.map(({ cpu }, pair) => cpu / (theirs[pair]?.cpu ?? Number.NaN)).toSorted((a, b) => a - b)
    const wall = median(ours.map((cost, pair) => cost.wall / (theirs[pair]?.wall ?? Number.NaN)))
    const quartile = (/** @type {number} */ part) =>
      (ratios[Math.round((ratios.length - 1) * part)] ?? Number.NaN).toFixed(2)
    rows.push([
      name,
      `${median(ours.map(({ cpu }) => cpu)).toFixed(2)} s`,
      `${median(theirs.map(({ cpu }) => cpu)).toFixed(2)} s`,
      median(ratios).toFixed(2),
      `${quartile(0.25)} to ${quartile(0.75)}`,
      wall.toFixed(2),
      `${ratios.length}`,
    ])
  }
}

/**
 * @param {() => number} cpuSeconds
 * @param {() => Promise<unknown>} work
 * @returns {Promise<Cost>}
 */
async function costOf(cpuSeconds, work) {
  const before = cpuSeconds()
  const start = performance.now()
  await work()
  return { cpu: cpuSeconds() - before, wall: (performance.now() - start) / 1000 }
}

/**
 * A program from its start to its end. The shell tells the processor time of what it ran, to a thousandth of a second.
 * @param {readonly string[]} command
 * @returns {Cost}
 */
function wholeProcess(command) {
  const start = performance.now()
  const text = runProgram('bash', ['-c', '"$@" >/dev/null && times', 'bash', ...command])
  const wall = (performance.now() - start) / 1000
  const [, ofChildren = ''] = text.split('\n')
  const cpu = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
  return { cpu, wall }
}

/**
 * A link with entries, of which one in a hundred may lead elsewhere.
 * @param {number} count
 * @param {number} [moved] these lead to this VTEP
 */
function desired(count, moved) {
  const fdb = Array.from({ length: count }, (_, number) => ({
    mac: macOf(number),
    dst: moved !== undefined && number % 100 === 0 ? `198.51.100.${moved}` : vtepOf(number),
  }))
  return JSON.stringify({ vxlans: { [link]: { id: 1, local: '192.0.2.254', dstport: 4789, fdb } } })
}
