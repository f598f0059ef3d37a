/** `npm run bench`: our netlink client against iproute2 and the netlink packages of npm. */
import { parseArgs } from 'node:util'
import { startChild } from './support/child.js'
import { installPeers } from './support/peers.js'
import { buildIfStale, whatIsMissing } from './support/prerequisites.js'
import {
  burstTable,
  comparisonTable,
  costTable,
  latencyTable,
  learningTable,
  machine,
  memoryTable,
  silenceTable,
} from './support/report.js'

const benches = ['dump', 'links', 'events', 'state', 'learn', 'silence', 'read', 'health', 'probes', 'fleet', 'page']
/** Nothing in the daemon may keep its event loop for longer. */
const longestSilenceMs = 1000
const usage = `npm run bench -- [${benches.join('|')}]... [--runs N] [--json]
fleet: [--members 100,1000,5000] [--samples N] [--seed N] [--etcd 1|3]`
/** A network namespace without a name is gone with its last process, however that ends. */
const inOwnNetns = ['unshare', '--net', '--']
/** Here every process ends with the first, however many there are. */
const withOwnProcesses = ['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--']

const { values, positionals } = readArguments()
const runs = Number(values.runs)
const chosen = positionals.length > 0 ? positionals : benches
const members = values.members.split(',').map(Number)
const [samples, seed, etcdMembers] = [values.samples, values.seed, values.etcd].map(Number)
const numbers = [runs, ...members, samples, seed, etcdMembers]
if (
  numbers.some((each) => !Number.isInteger(each) || Number(each) < 1) ||
  chosen.some((name) => !benches.includes(name))
) {
  fail(usage, 64)
}
const missing = whatIsMissing()
if (missing !== undefined) {
  fail(missing, 1)
}
try {
  buildIfStale()
} catch (error) {
  fail(messageOf(error), 1)
}
const whyNoPeers = installPeers()
if (whyNoPeers !== undefined) {
  process.stderr.write(`Going on without the npm peers: ${whyNoPeers}\n`)
}

/** @type {import('./support/result.js').Comparison[]} */
const comparisons = []
/** @type {import('./support/result.js').Burst[]} */
const bursts = []
/** @type {import('./support/result.js').Memory[]} */
const memories = []
/** @type {import('./support/result.js').Learning[]} */
const learnings = []
/** @type {import('./support/result.js').Silence[]} */
const silences = []
/** @type {import('./support/result.js').Latency[]} */
const latencies = []
/** @type {import('./support/result.js').Cost[]} */
const costs = []
for (const name of chosen) {
  const bench = startChild(`${name}.js`, { command: name === 'fleet' ? withOwnProcesses : inOwnNetns })
  try {
    const hasPeers = whyNoPeers === undefined
    const question = { do: 'run', runs, hasPeers, members, samples, seed, etcdMembers }
    const result = await bench.ask(question, 3_600_000)
    comparisons.push(...result.comparisons)
    bursts.push(...result.bursts)
    memories.push(...(result.memories ?? []))
    learnings.push(...(result.learnings ?? []))
    silences.push(...(result.silences ?? []))
    latencies.push(...(result.latencies ?? []))
    costs.push(...(result.costs ?? []))
  } catch (error) {
    fail(messageOf(error), 1)
  } finally {
    await bench.dismiss()
  }
}

if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ machine: machine(), comparisons, bursts, memories, learnings, silences, latencies, costs }, undefined, 2)}\n`,
  )
} else {
  const tables = [
    ...(comparisons.length > 0 ? [comparisonTable(comparisons)] : []),
    ...(bursts.length > 0 ? [burstTable(bursts)] : []),
    ...(memories.length > 0 ? [memoryTable(memories)] : []),
    ...(learnings.length > 0 ? [learningTable(learnings)] : []),
    ...(silences.length > 0 ? [silenceTable(silences)] : []),
    ...(latencies.length > 0 ? [latencyTable(latencies)] : []),
    ...(costs.length > 0 ? [costTable(costs)] : []),
  ]
  process.stdout.write(`${[...tables, machine()].join('\n\n')}\n`)
}
const tooLong = silences.filter(({ ownMs }) => ownMs > longestSilenceMs)
if (tooLong.length > 0) {
  fail(`The event loop stood still for more than a second: ${tooLong.map(({ load }) => load).join(', ')}`, 1)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '7' },
        json: { type: 'boolean', default: false },
        members: { type: 'string', default: '100,1000,5000' },
        samples: { type: 'string', default: '100' },
        seed: { type: 'string', default: '1' },
        etcd: { type: 'string', default: '3' },
      },
    })
  } catch {
    return fail(usage, 64)
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}

/**
 * @param {string} sentence
 * @param {number} status
 * @returns {never}
 */
function fail(sentence, status) {
  process.stderr.write(`${sentence}\n`)
  process.exit(status)
}
