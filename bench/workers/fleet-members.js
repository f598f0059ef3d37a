/**
 * Simulated members of a fleet, some hundred in this process: each has a lease that is kept alive and its record, as vxagent writes it, and
 * some follow the fleet over a connection of their own. `fleet-members.js MODULE URLS`: our client as a module, and where etcd is.
 */
import { answerQuestions } from '../support/child.js'
import { addressOfMember, memberId } from '../support/fleet-record.js'

const [moduleUrl = '', urls = ''] = process.argv.slice(2)
const { EtcdStore, keysOf, LeaseKeeper, parseEndpoint, writeRecord } = await import(moduleUrl)
const endpoints = urls.split(',').map((url) => parseEndpoint(url))
const keys = keysOf('bench')
/** So many join at a time: more would only wait at etcd. */
const together = 64
const leaseSeconds = 60

const store = new EtcdStore({ endpoints })
/** @type {any[]} */
const keepers = []
/** @type {any[]} */
const watches = []
/** @type {string | undefined} */
let sampleLease

/**
 * @param {number} number
 * @param {object} [more]
 */
function recordOf(number, more = {}) {
  const vtep = {
    ...{ vni: 42, link: 'vxlan0', local: addressOfMember(number), dstport: 4789, mtu: 1450, underlayMtu: 1500 },
    ...{ mac: `02:00:00:00:${hex(number >> 8)}:${hex(number & 255)}`, flags: ['learning'], addresses: [] },
  }
  const id = memberId(number)
  return writeRecord({
    ...{ v: 1, id, instance: `instance-${id}`, boot: `boot-${id}`, agent: 'bench', vteps: [vtep] },
    ...more,
  })
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, '0')
}

/** @param {number} number */
function join(number) {
  return new Promise((resolve, reject) => {
    const keeper = new LeaseKeeper({
      store,
      ttl: leaseSeconds,
      clock: { now: () => performance.now() },
      mayReplace: () => false,
      onEvent: (/** @type {any} */ event) =>
        event.kind === 'written'
          ? resolve(undefined)
          : event.kind === 'taken'
            ? reject(new Error(`${event.key} is taken`))
            : undefined,
    })
    keepers.push(keeper)
    keeper.set(keys.record(memberId(number)), recordOf(number))
    keeper.start()
  })
}

/** @param {string} lease @param {number} number @param {object} [more] */
async function put(lease, number, more) {
  const key = keys.record(memberId(number))
  const at = process.hrtime.bigint()
  await store.commit([{ kind: 'put', key, value: recordOf(number, more), lease }])
  return at.toString()
}

answerQuestions({
  ready: () => true,
  /** @param {{ from: number, count: number }} question */
  async join({ from, count }) {
    const left = Array.from({ length: count }, (_, offset) => from + offset)
    const one = async () => {
      for (let number = left.shift(); number !== undefined; number = left.shift()) {
        await join(number)
      }
    }
    await Promise.all(Array.from({ length: together }, one))
    return true
  },
  /** So many members follow the fleet, each over its own connection. @param {{ count: number }} question */
  async follow({ count }) {
    const { revision } = await store.position(keys.nodes)
    for (let number = 0; number < count; number += 1) {
      const own = new EtcdStore({ endpoints })
      await new Promise((resolve, reject) => {
        const fail = (/** @type {Error} */ error) => {
          reject(error)
          process.stderr.write(`a simulated member no longer follows: ${error.message}\n`)
        }
        watches.push(
          own.watch(keys.nodes, revision + 1, {
            created: resolve,
            changed: () => {},
            progress: () => {},
            failed: fail,
          }),
        )
      })
    }
    return true
  },
  /** A lease for a member that is about to join. */
  async prepare() {
    sampleLease = (await store.grant(leaseSeconds)).id
    return true
  },
  /** It joins: gives when the put began. @param {{ number: number }} question */
  arrive: ({ number }) => put(String(sampleLease), number),
  /** It says that it leaves: gives when the put began. @param {{ number: number }} question */
  leave: ({ number }) => put(String(sampleLease), number, { leaving: true }),
  /** Its lease ends, and with it its record. */
  async forget() {
    await store.revoke(String(sampleLease))
    return true
  },
})
