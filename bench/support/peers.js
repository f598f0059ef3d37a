/** The peer packages: installed on demand, since they need a compiler. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('..', import.meta.url))

/**
 * Installs the peers of bench/package-lock.json unless they are there. Gives why they are not when that fails.
 * @returns {string | undefined}
 */
export function installPeers() {
  if (existsSync(`${folder}/node_modules/netlink`) && existsSync(`${folder}/node_modules/node-netlink`)) {
    return
  }
  const { status, stderr, error } = spawnSync('npm', ['ci', '--prefix', folder], { encoding: 'utf8' })
  if (status !== 0) {
    return (
      error?.message ??
      stderr
        .trim()
        .split('\n')
        .findLast((line) => line.startsWith('npm error'))
    )
  }
}
