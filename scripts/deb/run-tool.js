/** Tools of the machine that builds, run to their end. */
import { spawnSync } from 'node:child_process'

/**
 * Debian's packages with what a build takes beyond Node.js and npm.
 * @type {Readonly<Record<string, string>>}
 */
const packages = {
  'dpkg-deb': 'dpkg',
  gzip: 'gzip',
  tar: 'tar',
  'x86_64-linux-gnu-strip': 'binutils-x86-64-linux-gnu',
  'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
}

/**
 * Runs a program; its standard output. Throws with what it said when it fails.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {Buffer}
 */
export function runTool(file, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { maxBuffer: 2 ** 28, ...options })
  if (error !== undefined && 'code' in error && error.code === 'ENOENT' && file in packages) {
    throw new Error(`${file} is not installed: apt install ${packages[file]}`)
  }
  if (error !== undefined || status !== 0) {
    throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}\n${stderr ?? ''}`)
  }
  return /** @type {Buffer} */ (stdout)
}
