/** The peer: FRR's BGP EVPN on routers and a route reflector, with one VNI. Nothing of it is ours. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { startInBackground, until } from './background.js'

const daemons = '/usr/lib/frr'
const asNumber = 65001

/** Whether FRR is installed (Debian package `frr`). */
export function isFrrInstalled() {
  return existsSync(`${daemons}/zebra`) && existsSync(`${daemons}/bgpd`)
}

/**
 * What a router says: one neighbour, the reflector; or for that all the routers, whose routes it hands on.
 * @param {{ address: string, neighbours: readonly string[], isReflector: boolean }} options
 */
export function bgpConfiguration({ address, neighbours, isReflector }) {
  const lines = [
    `router bgp ${asNumber}`,
    ` bgp router-id ${address}`,
    ' no bgp default ipv4-unicast',
    ...neighbours.flatMap((neighbour) => [
      ` neighbor ${neighbour} remote-as ${asNumber}`,
      ` neighbor ${neighbour} timers connect 1`,
    ]),
    ' address-family l2vpn evpn',
    ...neighbours.flatMap((neighbour) => [
      `  neighbor ${neighbour} activate`,
      ...(isReflector ? [`  neighbor ${neighbour} route-reflector-client`] : []),
    ]),
    ...(isReflector ? [] : ['  advertise-all-vni']),
    ' exit-address-family',
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Starts zebra and bgpd on a host.
 * @param {import('./hosts.js').Host} host
 * @param {{ neighbours: readonly string[], isReflector: boolean, directory: string }} options `directory`: that is to be made
 */
async function startRouter(host, { neighbours, isReflector, directory }) {
  const run = `${directory}/run`
  mkdirSync(run, { recursive: true })
  writeFileSync(`${directory}/zebra.conf`, '')
  writeFileSync(`${directory}/bgpd.conf`, bgpConfiguration({ address: host.address, neighbours, isReflector }))
  // They give up root, and their configuration and sockets must be their own then.
  spawnSync('chown', ['-R', 'frr:frr', directory])
  const start = (/** @type {string} */ daemon, /** @type {readonly string[]} */ ...more) =>
    startInBackground(
      [
        ...host.command,
        ...[`${daemons}/${daemon}`, '-u', 'frr', '-g', 'frr', '-P', '0', '-f', `${directory}/${daemon}.conf`],
        ...['-i', `${run}/${daemon}.pid`, '-z', `${run}/zserv.api`, '--vty_socket', run, ...more],
      ],
      { log: `${directory}/${daemon}.log` },
    )
  const zebra = start('zebra')
  await until(() => existsSync(`${run}/zserv.api`), { says: () => `zebra does not listen: ${zebra.output()}` })
  return [zebra, start('bgpd', '-l', host.address)]
}

/**
 * Starts a fabric: each router has a vxlan link of the VNI in a bridge, which is up. Resolves when it floods to all others.
 * @param {{ reflector: import('./hosts.js').Host, routers: readonly import('./hosts.js').Host[], vni: number, directory: string }} options
 */
export async function startFabric({ reflector, routers, vni, directory }) {
  const processes = await startRouter(reflector, {
    neighbours: routers.map(({ address }) => address),
    isReflector: true,
    directory: `${directory}/reflector`,
  })
  for (const [number, router] of routers.entries()) {
    router.run('ip link add br42 type bridge mcast_snooping 0')
    router.run(`ip link add vxlan0 type vxlan id ${vni} local ${router.address} dstport 4789 nolearning`)
    router.run('ip link set vxlan0 master br42')
    router.run('ip link set br42 up')
    router.run('ip link set vxlan0 up')
    const options = { neighbours: [reflector.address], isReflector: false, directory: `${directory}/router${number}` }
    processes.push(...(await startRouter(router, options)))
  }
  const floods = (/** @type {import('./hosts.js').Host} */ { run }) =>
    run('bridge fdb show dev vxlan0').match(/^00:00:00:00:00:00 dst /gm)?.length ?? 0
  await until(() => routers.every((router) => floods(router) === routers.length - 1), {
    says: () => `FRR's routers do not find each other: ${processes.map((each) => each.output()).join('\n')}`,
  })
  return processes
}
