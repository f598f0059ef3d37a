/** `npm run bench`: our netlink client against iproute2 and the netlink packages of npm. */
import { parseArgs } from 'node:util'
import { startChild } from './support/child.js'
import { installPeers } from './support/peers.js'
import { buildIfStale, whatIsMissing } from './support/prerequisites.js'
import { burstTable, comparisonTable, learningTable, machine, memoryTable, silenceTable } from './support/report.js'

const benches = ['dump', 'links', 'events', 'state', 'learn', 'silence', 'read', 'health']
/** Nothing in the daemon may keep its event loop for longer. */
const longestSilenceMs = 1000
const usage = `npm run bench -- [${benches.join('|')}]... [--runs N] [--json]`

const { values, positionals } = readArguments()
const runs = Number(values.runs)
const chosen = positionals.length > 0 ? positionals : benches
if (!Number.isInteger(runs) || runs < 1 || chosen.some((name) => !benches.includes(name))) {
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
for (const name of chosen) {
  // A network namespace without a name is gone with its last process, however that ends.
  const bench = startChild(`${name}.js`, { command: ['unshare', '--net', '--'] })
  try {
    const result = await bench.ask({ do: 'run', runs, hasPeers: whyNoPeers === undefined }, 3_600_000)
    comparisons.push(...result.comparisons)
    bursts.push(...result.bursts)
    memories.push(...(result.memories ?? []))
    learnings.push(...(result.learnings ?? []))
    silences.push(...(result.silences ?? []))
  } catch (error) {
    fail(messageOf(error), 1)
  } finally {
    await bench.stop()
  }
}

if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ machine: machine(), comparisons, bursts, memories, learnings, silences }, undefined, 2)}\n`,
  )
} else {
  const tables = [
    ...(comparisons.length > 0 ? [comparisonTable(comparisons)] : []),
    ...(bursts.length > 0 ? [burstTable(bursts)] : []),
    ...(memories.length > 0 ? [memoryTable(memories)] : []),
    ...(learnings.length > 0 ? [learningTable(learnings)] : []),
    ...(silences.length > 0 ? [silenceTable(silences)] : []),
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
      options: { runs: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
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
