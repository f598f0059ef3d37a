/** Reading a desired-state file with the places of its values: ours beside jsonc-parser and yaml. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { answerQuestions } from './support/child.js'
import { median } from './support/timing.js'

const worker = fileURLToPath(new URL('workers/reader.js', import.meta.url))

/**
 * In a process of its own, so that each is as cold as the others, and its memory is its own.
 * @param {string} form
 * @param {string} who
 * @returns {{ seconds: number, mb: number }}
 */
function readOnce(form, who) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [worker, form, who], { encoding: 'utf8' })
  if (status !== 0) {
    throw new Error(stderr)
  }
  return JSON.parse(stdout)
}

answerQuestions({
  /** @param {{ runs: number }} question */
  async run({ runs }) {
    /** @type {import('./support/result.js').Comparison[]} */
    const comparisons = []
    /** @type {import('./support/result.js').Memory[]} */
    const memories = []
    for (const [form, peerName] of [
      ['json', 'jsonc-parser'],
      ['yaml', 'yaml'],
    ]) {
      const job = `100,000 entries of ${form?.toUpperCase()} read`
      const pairs = Array.from({ length: runs }, () => ({
        ours: readOnce(form ?? '', 'ours'),
        peer: readOnce(form ?? '', 'peer'),
      }))
      comparisons.push({
        job,
        ours: pairs.map(({ ours }) => ours.seconds),
        peerName: peerName ?? '',
        peer: pairs.map(({ peer }) => peer.seconds),
      })
      const peaks = (/** @type {'ours' | 'peer'} */ who) => median(pairs.map((pair) => pair[who].mb))
      memories.push({ job: `${job}, ours`, now: undefined, peak: peaks('ours') })
      memories.push({ job: `${job}, ${peerName}`, now: undefined, peak: peaks('peer') })
    }
    return { comparisons, bursts: [], memories }
  },
})
