/** Packages of the npm registry for another architecture than this machine's: fetched once, checked each time. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.js'

/**
 * Unpacks a package, and gives the folder of its files. Throws when it is not, byte for byte, what `integrity` says.
 * @param {{ name: string, version: string, integrity: string }} wanted
 * @param {string} cache folder that keeps what was fetched
 * @returns {string}
 */
export function unpackNpmPackage({ name, version, integrity }, cache) {
  mkdirSync(cache, { recursive: true })
  const stem = join(cache, `${name.replace('@', '').replace('/', '-')}-${version}`)
  const tarball = `${stem}.tgz`
  if (!existsSync(tarball)) {
    runTool('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', cache])
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  if (found !== integrity) {
    rmSync(tarball)
    throw new Error(`${name}@${version} is not what it was: ${found} instead of ${integrity}`)
  }
  rmSync(stem, { recursive: true, force: true })
  const fresh = `${stem}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  runTool('tar', ['--extract', '--file', tarball, '--directory', fresh, '--strip-components=1', '--no-same-owner'])
  renameSync(fresh, stem)
  return stem
}
