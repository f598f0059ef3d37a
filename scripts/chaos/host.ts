/** The network namespaces of a run: with underlay devices and other people's links, or with the underlay alone. */
import { type Cleanup, type Namespace, namespace } from '../../integration/support/namespace.ts'
import { Hands } from './hands.ts'
import { foreignBridges, foreignPorts, foreignVxlans, underlays } from './names.ts'

/** A host with the mutator's hands on it. */
export interface ChaosHost {
  readonly host: Namespace
  readonly hands: Hands
}

/** A host with `eth1` and `eth2`, and nothing else. Goes with `cleanup`. */
export async function hostWithUnderlay(cleanup: Cleanup): Promise<ChaosHost> {
  const host = await namespace(cleanup)
  const away = await namespace(cleanup)
  const far = await namespace(cleanup)
  const hands = new Hands({ host: host.name, away: away.name, far: far.name })
  cleanup(() => hands.close())
  for (const name of underlays) {
    await hands.makeUnderlay(name)
  }
  return { host, hands }
}

/** Gives it other people's links: bridges, one with a port and an address, vxlans with entries, and interfaces. */
export async function addForeignLinks({ hands }: ChaosHost): Promise<void> {
  for (const [number, name] of foreignBridges.entries()) {
    await makeForeign(hands, name, number)
  }
  for (const [number, name] of foreignVxlans.entries()) {
    await makeForeign(hands, name, number)
  }
  for (const name of foreignPorts) {
    await makeForeign(hands, name, 0)
  }
  await hands.perform({ do: 'enslave', link: 'fp3', master: 'fbr0' })
  await hands.perform({ do: 'add address', link: 'fbr0', address: '10.7.7.7/24' })
  await hands.perform({ do: 'add address', link: 'fvx0', address: '10.7.8.7/24' })
  await hands.perform({ do: 'append entry', link: 'fvx0', entry: { mac: '00:00:00:00:00:00', dst: '10.0.2.78' } })
  await hands.perform({ do: 'add entry', link: 'fvx0', entry: { mac: '02:00:00:00:99:09', dst: '10.0.2.79' } })
}

/** Makes one of them, as it was at the beginning. */
async function makeForeign(hands: Hands, name: string, number: number): Promise<void> {
  if (name.startsWith('fbr')) {
    await hands.make(name, { kind: 'bridge', mtu: 1450 + 10 * number, mac: `02:00:00:00:55:0${number}` })
  } else if (name.startsWith('fvx')) {
    const dev = number === 1 ? { dev: 'eth2' } : {}
    await hands.make(name, { kind: 'vxlan', id: 990 + number, dstport: 4777, remote: '10.0.2.77', ...dev })
  } else {
    await hands.make(name, { kind: 'veth' })
  }
}
