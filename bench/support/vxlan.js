/** A vxlan link to put forwarding entries on. */
import { runProgram } from './timing.js'

/**
 * Makes a link in the present network namespace.
 * @param {string} name
 * @param {number} vni
 * @returns {number} its ifindex
 */
export function makeVxlan(name, vni) {
  const parameters = `link add ${name} type vxlan id ${vni} local 192.0.2.254 dstport 4789`
  runProgram('ip', parameters.split(' '))
  return JSON.parse(runProgram('ip', ['-j', 'link', 'show', name]))[0].ifindex
}
