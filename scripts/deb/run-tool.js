/** Tools of the machine that builds, run to their end. */
import { spawnSync } from 'node:child_process'

/**
 * Runs a program; its standard output. Throws with what it said when it fails.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {Buffer}
 */
export function runTool(file, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { maxBuffer: 2 ** 28, ...options })
  if (error !== undefined || status !== 0) {
    throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}\n${stderr ?? ''}`)
  }
  return /** @type {Buffer} */ (stdout)
}
