/** Desired states at random, all of them valid, with everything stated that hands may change. */
import { bridges, declaredMacs, declaredPorts, declaredRemotes, vxlans } from './names.ts'
import type { Random } from './random.ts'

type Mapping = Readonly<Record<string, unknown>>

/** A state as files: each name has stanzas of `vxlans` and `bridges`. */
export type Files = Readonly<Record<string, { readonly vxlans: Mapping; readonly bridges: Mapping }>>

export const fileNames = ['a.yaml', 'b.yaml', 'c.yaml'] as const

/** @param isLast whether all links are to be in it */
export function arbitraryFiles(random: Random, isLast = false): Files {
  const files = Object.fromEntries(
    fileNames.map((name) => [name, { vxlans: {} as Record<string, unknown>, bridges: {} as Record<string, unknown> }]),
  )
  const fileOf = () =>
    files[random.pick(fileNames)] as { vxlans: Record<string, unknown>; bridges: Record<string, unknown> }
  const presence = isLast ? 1 : 0.85
  const isSwapped = random.chance(0.3)
  const ids = isSwapped ? [101, 100, 102, 103, 104] : [100, 101, 102, 103, 104]
  const ports = random.chance(0.8) ? declaredPorts.map((name): [string, string] => [name, random.pick(bridges)]) : []
  const present = bridges.filter(() => random.chance(presence))
  for (const name of present) {
    fileOf().bridges[name] = bridgeSpec(
      random,
      bridges.indexOf(name),
      ports.filter(([, bridge]) => bridge === name).map(([port]) => port),
    )
  }
  for (const [number, name] of vxlans.entries()) {
    if (random.chance(presence)) {
      const isInBridge = number < 2 || (!isLast && random.chance(0.2))
      fileOf().vxlans[name] = vxlanSpec(
        random,
        number,
        ids[number] as number,
        isInBridge ? random.pick(bridges) : undefined,
      )
    }
  }
  return files
}

function bridgeSpec(random: Random, number: number, ports: readonly string[]): Mapping {
  return {
    mtu: random.pick([1400, 1450]),
    txqlen: random.pick([1000, 500]),
    devgroup: random.pick([0, 7]),
    ageing_time: random.pick([300, 100]),
    addresses: random.some([`10.8.${number}.1/24`, `10.8.${number}.2/24`]),
    ...(ports.length > 0 && {
      ports: Object.fromEntries(
        ports.map((port) => [port, { learning: random.chance(0.5), isolated: random.chance(0.3) }]),
      ),
    }),
  }
}

function vxlanSpec(random: Random, number: number, id: number, master: string | undefined): Mapping {
  return {
    id,
    dstport: 4789,
    ...underlay(random, number),
    ttl: random.pick([16, 64]),
    ageing: random.pick([300, 600]),
    learning: random.chance(0.5),
    txqlen: random.pick([1000, 500]),
    devgroup: random.pick([0, 7]),
    ...(number === 0 && { mac: random.pick(['02:00:00:00:01:01', '02:00:00:00:01:02']) }),
    ...(random.chance(0.1) && { up: false }),
    // Changes of this one replace the link.
    ...(random.chance(0.3) && { udpcsum: false }),
    addresses: random.some([`10.1.${number}.1/24`, `10.1.${number}.2/24`, `2001:db8:${number}::1/64`]),
    fdb: random.some(declaredMacs).map((mac) => ({ mac, dst: random.pick(declaredRemotes) })),
    ...(master !== undefined && { master, port: { learning: random.chance(0.5) } }),
  }
}

function underlay(random: Random, number: number): Mapping {
  switch (number % 4) {
    case 0:
      return { group: random.pick(['239.1.1.1', '239.1.1.2']), dev: random.pick(['eth1', 'eth2']) }
    case 1:
      return { dev: random.pick(['eth1', 'eth2']), remotes: random.some(declaredRemotes, 0.7) }
    case 2:
      return { remote: random.pick(declaredRemotes), mtu: random.pick([1400, 1450]) }
    default:
      return { remotes: random.some(declaredRemotes, 0.7), local: '10.0.2.1', mtu: random.pick([1400, 1450]) }
  }
}
