/** What differs between the architectures that a package is built for. */
import { readFileSync } from 'node:fs'

/**
 * @typedef {object} Architecture
 * @property {string} debian Debian's word for it
 * @property {{ name: string, version: string, integrity: string }} node npm's package with the runtime
 * @property {{ name: string, version: string, integrity: string }} koffi npm's package with koffi's native library
 * @property {string} library where that lies in its package
 * @property {string} strip the program that takes debugging symbols out of binaries for it
 */

const words = {
  amd64: { koffi: 'x64', strip: 'x86_64-linux-gnu-strip' },
  arm64: { koffi: 'arm64', strip: 'aarch64-linux-gnu-strip' },
}

export const architectureNames = /** @type {const} */ (['amd64', 'arm64'])

/**
 * @param {typeof architectureNames[number]} debian
 * @returns {Architecture}
 */
export function architecture(debian) {
  const { koffi, strip } = words[debian]
  const node = JSON.parse(readFileSync('systemd/debian/runtime.json', 'utf8'))[debian]
  const name = `@koromix/koffi-linux-${koffi}`
  // The version that `npm ci` installs and the tests run with.
  const { version, integrity } = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[`node_modules/${name}`]
  return { debian, node, koffi: { name, version, integrity }, library: `linux_${koffi}/koffi.node`, strip }
}
