/** Bench `probes`: what probing three members of a VNI again and again costs the fleet process, and the underlay. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions, startChild } from './support/child.js'
import { makeHost, makeSwitch } from './support/hosts.js'
import { bundleOurs } from './support/our-module.js'

const counts = [100, 1000]
const seconds = 60
/** Seconds between two rounds: the shortest that there is, so that a minute has six of them. */
const every = 10
const port = 14_789

/** @returns {Promise<import('./support/result.js').Result>} */
async function probes() {
  makeSwitch('switch0', '10.200.0.254/16')
  const module = await bundleOurs('probes', ['fleet/probe/probing.ts'])
  const costs = []
  for (const [index, count] of counts.entries()) {
    const prober = await makeHost('switch0', `prober${index}`, `10.200.1.${1 + 2 * index}/16`)
    const others = await makeHost('switch0', `others${index}`, `10.200.1.${2 + 2 * index}/16`)
    for (const [host, last] of /** @type {const} */ ([
      [prober, 1],
      [others, 2],
    ])) {
      host.run('ip link add vxlan0 type vxlan id 42 dev eth1 dstport 4789')
      host.run('ip link set vxlan0 up')
      host.run(`ip address add 10.${100 + last}.0.1/8 dev vxlan0`)
    }
    // All members answer from one host. Copies for the others leave, and nobody has their addresses.
    for (let member = 0; member < count; member += 1) {
      const address = `10.200.${10 + (member >> 8)}.${member & 255}`
      others.run(`ip address add ${overlayOf(member)}/8 dev vxlan0`)
      if (member > 0) {
        prober.run(`ip neigh add ${address} lladdr 02:00:00:00:00:99 dev eth1 nud permanent`)
      }
      prober.run(`bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst ${member === 0 ? others.address : address}`)
    }
    others.run(`bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst ${prober.address}`)
    const echo = startChild('workers/probe-echo.js', { command: others.command })
    const worker = startChild('workers/prober.js', { command: prober.command })
    await echo.ask({ do: 'listen', port })
    const sentBefore = packetsOf(prober)
    await worker.ask({
      do: 'start',
      module,
      every,
      port,
      addresses: Array.from({ length: count }, (_, member) => overlayOf(member)),
    })
    await sleep(seconds * 1000)
    const { answered, lost, cpuSeconds, memory, heap } = await worker.ask({ do: 'result' })
    const packets = packetsOf(prober) - sentBefore
    costs.push({
      state: `${count.toLocaleString('en')} members: ${answered} probed, ${lost} lost, ${packets.toLocaleString('en')} packets sent`,
      ...{ process: 'prober', seconds, cpuSeconds, memory, heap },
    })
    await Promise.all([worker.stop(), echo.stop()])
  }
  return { comparisons: [], bursts: [], costs }
}

/** @param {number} member */
function overlayOf(member) {
  return `10.99.${member >> 8}.${member & 255}`
}

/** @param {import('./support/hosts.js').Host} host */
function packetsOf(host) {
  const [link] = JSON.parse(host.run('ip -s -j link show dev eth1'))
  return Number(link.stats64.tx.packets)
}

answerQuestions({ run: probes })
