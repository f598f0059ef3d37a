/**
 * A vitest reporter that writes each test's outcome as a line of JSON to $VXA_RESULTS as soon as it is known, so that a run that is
 * cut off still tells how far it came; and a line for people. Each run begins with `{"start": …}`, and ends with `{"end": …}` if it was
 * not cut off; so does each file with `{"done": …}`, and `"part": true` if only tests of some names were asked for.
 */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'

/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {{ message?: string, diff?: string, cause?: ErrorWords }} ErrorWords */
/** @typedef {{ file: string, name: string, state: string, reason?: string | undefined, ms?: number }} Outcome */

/** @typedef {import('vitest/node').Reporter} Reporter */

/** @implements {Reporter} */
export default class {
  /** A choice of tests by name is made. */
  hasNames = false

  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.hasNames = vitest.config.testNamePattern !== undefined
  }

  onTestRunStart() {
    write({ start: new Date() })
  }

  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    const result = test.result()
    const { state, errors = [] } = result
    const note = result.state === 'skipped' ? result.note : undefined
    // One that was not asked for by its name is skipped, too, without a word.
    if (this.hasNames && state === 'skipped' && note === undefined) {
      return
    }
    const reason = state === 'skipped' ? note : errors.map(wordsOf).join('\n')
    const ms = Math.round(test.diagnostic()?.duration ?? 0)
    tell({ file: fileOf(test.module), name: test.fullName, state, reason, ms })
  }

  /**
   * A file whose tests have all had their turn, or that could not be loaded.
   * @param {TestModule} module
   */
  onTestModuleEnd(module) {
    for (const { message } of module.errors()) {
      tell({ file: fileOf(module), name: 'the file itself', state: 'failed', reason: message })
    }
    write({ done: fileOf(module), ...(this.hasNames && { part: true }) })
  }

  /**
   * @param {readonly TestModule[]} _modules
   * @param {readonly { message: string }[]} unhandled
   * @param {string} end
   */
  onTestRunEnd(_modules, unhandled, end) {
    for (const { message } of unhandled) {
      tell({ file: 'outside of the tests', name: 'an error', state: 'failed', reason: message })
    }
    write({ end })
  }
}

/**
 * An error's message, difference and cause: a property that fails says only in its cause what was wrong, so that comes first.
 * @param {ErrorWords} error
 * @returns {string}
 */
function wordsOf({ message, diff, cause }) {
  return [cause?.message && wordsOf(cause), message, diff].filter(Boolean).join('\n')
}

/** @param {TestModule} module */
function fileOf(module) {
  return relative(process.cwd(), module.moduleId)
}

/** @param {Outcome} outcome */
function tell(outcome) {
  const { file, name, state, reason } = outcome
  write(outcome)
  process.stdout.write(`${state.padEnd(7)} ${file}: ${name}${reason ? `\n        ${reason}` : ''}\n`)
}

/** @param {object} line */
function write(line) {
  appendFileSync(process.env['VXA_RESULTS'] ?? '', `${JSON.stringify(line)}\n`)
}
