/**
 * Bench `fleet`: three real members of a fleet and many simulated ones on a real etcd. From a join to the flood entry in each real kernel,
 * beside FRR's BGP EVPN with a route reflector; and what the fleet process, the agent and etcd cost.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './support/background.js'
import { answerQuestions, startChild } from './support/child.js'
import { startDaemon } from './support/daemon.js'
import { startEtcd } from './support/etcd.js'
import { isFrrInstalled, startFabric } from './support/evpn.js'
import { measureCosts, withoutFleet } from './support/fleet-costs.js'
import { putHandovers } from './support/fleet-put.js'
import { addressOfMember } from './support/fleet-record.js'
import { sampleByTurns, secondsBetween } from './support/fleet-samples.js'
import { makeHost, makeSwitch } from './support/hosts.js'
import { bundleOurs } from './support/our-module.js'
import { startRealHost } from './support/real-host.js'
import { seeded } from './support/timing.js'

const reals = 3
const membersOfProcess = 500
/** Joins that come at once. */
const burstOf = 1000
/** One in so many simulated members follows the fleet over a connection of its own, and no more than so many in all. */
const followers = { oneIn: 10, most: 200 }
const idleSeconds = 20
const settleMs = 3_000
const own = '10.200.0.254'
const peerName = 'FRR EVPN'

/** @typedef {{ runs: number, members: readonly number[], samples: number, seed: number, etcdMembers: number }} Options */

/** @param {Options} options */
async function fleet(options) {
  const directory = mkdtempSync(`${tmpdir()}/vxagent-bench-fleet-`)
  // FRR's daemons, which give up root, look into it.
  chmodSync(directory, 0o755)
  process.env['TMPDIR'] = directory
  // The programs end with this process, the first of its PID namespace; the directory does not.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }))
  makeSwitch('switch0', `${own}/16`)
  const hostAt = (/** @type {number} */ number) => makeHost('switch0', `port${number}`, `10.200.1.${number}/16`)
  const spare = await hostAt(100)
  say('PUT /v1/fleet')
  const comparisons = await putHandovers({ host: spare, counts: [1000, 5000], runs: options.runs })
  say(`etcd with ${options.etcdMembers} members, ${reals} real members`)
  const etcd = await startEtcd({ members: options.etcdMembers, address: own, directory })
  const hosts = await Promise.all(Array.from({ length: reals }, (_, number) => hostAt(number + 1)))
  const real = await Promise.all(
    hosts.map((host, number) =>
      startRealHost({ host, node: `real${number + 1}`, endpoints: etcd.urls, directory: directory }),
    ),
  )
  const peer = isFrrInstalled() ? await peerSide(hostAt, directory) : undefined
  if (peer === undefined) {
    say('without FRR: it is not installed (Debian package frr)')
  }
  const module = await bundleOurs('fleet', [
    ...['fleet/etcd/client.ts', 'fleet/etcd/channel.ts', 'fleet/etcd/lease-keeper.ts'],
    ...['fleet/records/keys.ts', 'fleet/records/node-record.ts'],
  ])
  const startMembers = () => startChild('workers/fleet-members.js', { parameters: [module, etcd.urls.join(',')] })
  const sampler = startMembers()
  await sampler.ask({ do: 'ready' })
  const plain = await startDaemon({ command: spare.command })
  const random = seeded(options.seed)
  /** @type {import('./support/result.js').Latency[]} */
  const latencies = []
  /** @type {import('./support/result.js').Cost[]} */
  const costs = []
  const processes = {
    fleet: real,
    agent: real.map(({ agent }) => agent),
    plain: [plain],
    etcd: etcd.processes,
  }
  /** @type {import('./support/child.js').Child[]} */
  const workers = []
  let present = 0
  let following = 0

  /** So many more join at once. @param {number} count */
  const join = async (count) => {
    const fresh = await Promise.all(
      Array.from({ length: Math.ceil(count / membersOfProcess) }, async () => {
        const worker = startMembers()
        await worker.ask({ do: 'ready' })
        return worker
      }),
    )
    workers.push(...fresh)
    await Promise.all(real.map(({ listener }) => listener.ask({ do: 'begin' })))
    const began = process.hrtime.bigint()
    const first = present
    present += count
    const joining = fresh.map((worker, number) => {
      const from = first + number * membersOfProcess
      return worker.ask({ do: 'join', from, count: Math.min(membersOfProcess, present - from) })
    })
    const ends = await Promise.all(real.map(({ listener }) => listener.ask({ do: 'count', count })))
    await Promise.all(joining)
    return ends.map((end) => secondsBetween(began, end))
  }

  for (const members of options.members) {
    const load = loadavg()[0] ?? 0
    for (let isFirst = true; present < members; isFirst = false) {
      const count = Math.min(burstOf, members - present)
      const state = `${number(count)} join ${number(present)} members at once`
      say(state)
      const { value, costs: burst } = await measureCosts(state, processes, () => join(count))
      if (isFirst) {
        costs.push(...burst.filter(({ process }) => process !== withoutFleet))
        latencies.push({ job: `${state}: to the last entry`, ours: value, load })
      }
    }
    const wanted = Math.min(followers.most, Math.floor(members / followers.oneIn))
    if (wanted > following) {
      await workers.at(-1)?.ask({ do: 'follow', count: wanted - following })
      following = wanted
    }
    await plain.apply(staticRemotes(spare.address, members))
    await sleep(settleMs)
    say(`${number(members)} members, idle`)
    const idle = await measureCosts(`${number(members)} members, idle`, processes, () => sleep(idleSeconds * 1000))
    costs.push(...idle.costs)
    say(`${number(members)} members, ${options.samples} joins`)
    const side = ourSide(sampler, real)
    const startLoad = loadavg()[0] ?? 0
    const [ours, theirs] = await sampleByTurns(peer === undefined ? [side] : [side, peer], {
      samples: options.samples,
      random,
    })
    for (const what of /** @type {const} */ (['join', 'leave'])) {
      latencies.push({
        job: `${number(members)} members, ${what}`,
        ours: ours?.[what] ?? [],
        ...(theirs !== undefined && { peer: { name: peerName, times: theirs[what] } }),
        load: startLoad,
      })
    }
    say(`${number(members)} members, restarts of the fleet process`)
    /** @type {number[]} */
    const restarts = []
    for (let run = 0; run < options.runs; run += 1) {
      restarts.push((await real[0]?.restartSeconds()) ?? Number.NaN)
      await sleep(1000)
    }
    latencies.push({
      job: `${number(members)} members, restart to the first whole handover`,
      ours: restarts,
      load: startLoad,
    })
  }
  return { comparisons, bursts: [], latencies, costs }
}

/**
 * One simulated member, the last possible, that comes and goes.
 * @param {import('./support/child.js').Child} sampler
 * @param {readonly import('./support/real-host.js').RealHost[]} real
 */
function ourSide(sampler, real) {
  const number = 0xffff
  return {
    dst: addressOfMember(number),
    listeners: real.map(({ listener }) => listener),
    before: () => sampler.ask({ do: 'prepare' }),
    join: () => sampler.ask({ do: 'arrive', number }),
    leave: () => sampler.ask({ do: 'leave', number }),
    after: () => sampler.ask({ do: 'forget' }),
  }
}

/**
 * A router whose link of the VNI comes up, and the kernels of three others.
 * @param {(number: number) => Promise<import('./support/hosts.js').Host>} hostAt
 * @param {string} directory
 */
async function peerSide(hostAt, directory) {
  say('FRR on four routers and a reflector')
  const reflector = await hostAt(20)
  const routers = await Promise.all(Array.from({ length: reals + 1 }, (_, number) => hostAt(number + 21)))
  await startFabric({ reflector, routers, vni: 42, directory: `${directory}/frr` })
  const [origin, ...others] = routers.toReversed()
  const link = startChild('workers/link-switch.js', { command: origin?.command ?? [] })
  const listeners = others.map(({ command }) => startChild('workers/flood-listener.js', { command }))
  await Promise.all([link, ...listeners].map((child) => child.ask({ do: 'ready' })))
  const set = (/** @type {boolean} */ isUp) => link.ask({ do: 'set', name: 'vxlan0', isUp })
  const floods = () =>
    others.every(({ run }) => run('bridge fdb show dev vxlan0').includes(`00:00:00:00:00:00 dst ${origin?.address} `))
  const nothing = async () => undefined
  await set(false)
  await until(() => !floods(), { says: () => 'FRR does not withdraw its route' })
  return {
    dst: origin?.address ?? '',
    listeners,
    join: () => set(true),
    leave: () => set(false),
    before: nothing,
    after: nothing,
  }
}

/**
 * @param {string} local
 * @param {number} count
 */
function staticRemotes(local, count) {
  const remotes = Array.from({ length: count }, (_, each) => addressOfMember(each))
  return JSON.stringify({ vxlans: { vxlan0: { id: 42, dev: 'eth1', local, dstport: 4789, remotes } } })
}

/** @param {number} count */
function number(count) {
  return count.toLocaleString('en')
}

/** @param {string} what */
function say(what) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)
}

answerQuestions({ run: fleet })
