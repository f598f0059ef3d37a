/** What must be there before a bench can run. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What is missing, as a sentence; undefined when nothing is.
 * @returns {string | undefined}
 */
export function whatIsMissing() {
  if (process.getuid?.() !== 0) {
    return 'The benches make network namespaces and so must be run as root.'
  }
  const missing = [
    ['ip', '-V'],
    ['bridge', '-V'],
    ['unshare', '--version'],
  ].filter(([command = '', option = '']) => spawnSync(command, [option]).error !== undefined)
  if (missing.length > 0) {
    const names = missing.map(([command]) => command).join(', ')
    return `The benches need ${names}: install iproute2 and util-linux.`
  }
}

/** Builds dist/ when it is missing or older than the sources. Throws when that fails: an old build would be measured. */
export function buildIfStale() {
  const isBuilt = existsSync(`${root}/dist/rtnetlink/index.js`)
  if (isBuilt && newest(`${root}/dist`) >= newest(`${root}/src`)) {
    return
  }
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) {
    throw new Error('npm run build failed')
  }
}

/** @param {string} folder */
function newest(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(...files.map((file) => statSync(`${file.parentPath}/${file.name}`).mtimeMs))
}
