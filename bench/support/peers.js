/** The peer packages: installed on demand, since they need a compiler. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('..', import.meta.url))

/**
 * Installs the peers of bench/package-lock.json unless they are there. Gives why they are not when that fails.
 * @returns {string | undefined}
 */
export function installPeers() {
  if (!whyNotLoaded()) {
    return
  }
  const { status, stderr, error } = spawnSync('npm', ['ci', '--prefix', folder], { encoding: 'utf8' })
  if (status !== 0) {
    return error?.message ?? stderr.split('\n').find((line) => line.startsWith('npm error')) ?? 'npm ci failed'
  }
  return whyNotLoaded()
}

/** Whether their native parts were built shows only when they are loaded. */
function whyNotLoaded() {
  const load = "await import('netlink'); await import('node-netlink')"
  const options = ['--input-type=module', '--eval', load]
  const { status, stderr } = spawnSync(process.execPath, options, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? undefined : stderr.split('\n').find((line) => line.includes('Error'))
}
