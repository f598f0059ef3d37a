/** Hosts as network namespaces without a name, on one switch in the present namespace. All of it is gone with the last process. */
import { spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram } from './timing.js'

/**
 * A host on the switch.
 * @typedef {object} Host
 * @property {string} address of its `eth1`
 * @property {readonly string[]} command stands before a program that is to run there; it replaces itself by the program
 * @property {(line: string) => string} run a program there, with its parameters, until it ends; gives its output
 */

/**
 * The switch, with an address for the programs of the present namespace.
 * @param {string} name
 * @param {string} address with its prefix length
 */
export function makeSwitch(name, address) {
  runProgram('ip', ['link', 'set', 'lo', 'up'])
  runProgram('ip', `link add ${name} type bridge mcast_snooping 0`.split(' '))
  runProgram('ip', `address add ${address} dev ${name}`.split(' '))
  runProgram('ip', `link set ${name} up`.split(' '))
}

/**
 * A host with `eth1` on that switch.
 * @param {string} theSwitch
 * @param {string} port of the switch
 * @param {string} address with its prefix length
 * @returns {Promise<Host>}
 */
export async function makeHost(theSwitch, port, address) {
  const holder = spawn('unshare', ['--net', '--', 'sleep', 'infinity'], { stdio: 'ignore' })
  const namespace = `/proc/${holder.pid}/ns/net`
  const own = readlinkSync('/proc/self/ns/net')
  while (readlinkSync(namespace) === own) {
    await sleep(5)
  }
  const command = ['nsenter', `--net=${namespace}`, '--']
  const run = (/** @type {string} */ line) => {
    const [program = '', ...parameters] = [...command, ...line.split(' ')]
    return runProgram(program, parameters)
  }
  runProgram('ip', `link add ${port} type veth peer name eth1 netns ${holder.pid}`.split(' '))
  runProgram('ip', `link set ${port} master ${theSwitch} up`.split(' '))
  // Each multicast frame of the kernel's own would be copied to every member of the VNI.
  run('sysctl -q net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1')
  run('ip link set lo up')
  run(`ip address add ${address} dev eth1`)
  run('ip link set eth1 up')
  return { address: address.replace(/\/.*/, ''), command, run }
}
