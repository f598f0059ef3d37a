/** The part of the fleet process that probes, for members that are all there. */
import { answerQuestions } from '../support/child.js'

const silent = { info: () => {}, warn: () => {}, debug: () => {}, error: () => {} }
/** @type {any} */
let probing
let cpuBefore = process.cpuUsage()

answerQuestions({
  async start({ module, every, port, addresses }) {
    const { Probing } = await import(module)
    const members = new Map(
      addresses.map((/** @type {string} */ address, /** @type {number} */ number) => [
        `host${number}`,
        memberAt(address, number, port),
      ]),
    )
    probing = new Probing({
      ...{ self: 'own', settings: { every, members: 3, port }, members, log: silent },
      publish: () => {},
      onNews: () => {},
      now: () => performance.now(),
      random: Math.random,
    })
    const place = { device: 'vxlan0', index: 5, mtu: 1450, addresses: ['10.101.0.1'] }
    const vtep = {
      ...{
        address: '10.200.1.1',
        dstport: 4789,
        mtu: 1450,
        mac: '02:00:00:00:00:01',
        learning: true,
        gbp: false,
        gpe: false,
      },
      ...{ addresses: ['10.101.0.1/8'], probe: place },
    }
    probing.takeLinks([
      { name: 'vxlan0', vni: 42, state: 'converged', vtep, missing: [], missingCount: 0, unexplained: [] },
    ])
    const remotes = [...members].map(([node, { record }]) => ({ dst: record.vteps[0].local, node, state: 'present' }))
    probing.takeMembers({ vxlan0: { vni: 42, remotes } })
    cpuBefore = process.cpuUsage()
    return true
  },
  result() {
    const { user, system } = process.cpuUsage(cpuBefore)
    const [{ sent, answered }] = probing.summary().vnis
    const { rss, heapUsed } = process.memoryUsage()
    return {
      answered,
      lost: sent - answered,
      cpuSeconds: (user + system) / 1e6,
      memory: rss / 1e6,
      heap: heapUsed / 1e6,
    }
  },
})

/**
 * @param {string} address in the overlay
 * @param {number} number
 * @param {number} port
 */
function memberAt(address, number, port) {
  const local = `10.200.${10 + (number >> 8)}.${number & 255}`
  const vtep = {
    vni: 42,
    link: 'vxlan0',
    local,
    dstport: 4789,
    mtu: 1450,
    mac: '02:00:00:00:00:02',
    flags: ['learning'],
  }
  const vteps = [{ ...vtep, addresses: [], probe: { addresses: [address], port } }]
  return { node: `host${number}`, record: { v: 1, id: `host${number}`, instance: 'i', boot: 'b', agent: '1', vteps } }
}
