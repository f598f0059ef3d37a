/** Rules on the fleet: its section, and the vxlans that ask it for members, or for what is behind them. */
import { familyOf } from '../../facts/ip-text.ts'
import { type Declaration, type FleetDeclaration, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, type Path, warningAt } from '../finding.ts'
import { type Declarations, masterOf } from '../membership.ts'
import { asksFor, type FleetList, fleetLists } from '../remote-parts.ts'
import { fleetWord, isLoopbackEndpoint } from '../schema/fleet.ts'
import type { FleetSpec, PortSpec } from '../schema.ts'

/** The section of all files together. `unknown`: a file that may have it could not be read. */
export type StatedFleet = FleetDeclaration | 'absent' | 'unknown'

/** What is wrong with the section. */
export function* checkFleet(fleet: StatedFleet): Generator<Finding> {
  if (typeof fleet === 'object') {
    yield* endpointsTwice(fleet)
    yield* endpointsInTheClear(fleet)
    yield* halfOfAPair(fleet)
    yield* withoutTls(fleet)
    yield* advertisedTwice(fleet)
  }
}

function pathIn(key: keyof FleetSpec, ...rest: Path): Path {
  return ['fleet', key, ...rest]
}

function isAbsent({ spec, unusable }: FleetDeclaration, key: keyof FleetSpec): boolean {
  return !(Object.hasOwn(spec, key) || unusable.has(key))
}

/** It would be tried twice in each round. `https://etcd1` and `https://etcd1/` are one. */
function* endpointsTwice({ spec: { endpoints = [] } }: FleetDeclaration): Generator<Finding> {
  const first = new Map<string, number>()
  for (const [index, text] of endpoints.entries()) {
    const { href } = new URL(text)
    const earlier = first.get(href)
    if (earlier !== undefined) {
      const message = `entry ${index + 1} of endpoints of fleet is the same as entry ${earlier + 1}`
      yield errorAt('endpoint-twice', pathIn('endpoints', index), 'value', message, 'remove one of the two')
    }
    first.set(href, earlier ?? index)
  }
}

function isInTheClear(endpoint: string): boolean {
  return new URL(endpoint).protocol === 'http:'
}

/** Who can read and change what is said there decides where frames of the overlay go. */
function* endpointsInTheClear(fleet: FleetDeclaration): Generator<Finding> {
  const { endpoints = [], insecure } = fleet.spec
  if (insecure === true || fleet.unusable.has('insecure')) {
    return
  }
  for (const [index, text] of endpoints.entries()) {
    if (isInTheClear(text) && !isLoopbackEndpoint(text)) {
      const message = `entry ${index + 1} of endpoints of fleet, ${text}, has no TLS: anybody on the way could read what it says, and say where frames of this host go`
      const suggestion = `${text.replace('http:', 'https:')}, with ca, cert and key; or insecure: true, if nobody else can be on the way`
      yield errorAt('fleet-insecure', pathIn('endpoints', index), 'value', message, suggestion)
    }
  }
}

function* halfOfAPair(fleet: FleetDeclaration): Generator<Finding> {
  for (const [has, lacks] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const) {
    if (fleet.spec[has] !== undefined && isAbsent(fleet, lacks)) {
      const message = `fleet has ${has} and no ${lacks}: a certificate is of use only with its key`
      yield errorAt('cert-without-key', pathIn(has), 'key', message, `state ${lacks}, or remove ${has}`)
    }
  }
}

function* withoutTls({ spec }: FleetDeclaration): Generator<Finding> {
  const { endpoints = [] } = spec
  if (endpoints.length > 0 && endpoints.every(isInTheClear)) {
    for (const key of (['ca', 'cert', 'key'] as const).filter((each) => spec[each] !== undefined)) {
      const message = `${key} of fleet has no effect: no endpoint is https://`
      yield warningAt('no-effect', pathIn(key), 'key', message, `remove ${key}, or state https:// endpoints`)
    }
  }
}

/** Others take the one of their family. */
function* advertisedTwice({ spec: { advertise } }: FleetDeclaration): Generator<Finding> {
  const [first, second] = Array.isArray(advertise) ? advertise : []
  if (first !== undefined && second !== undefined && familyOf(first) === familyOf(second)) {
    const message = `advertise of fleet has two ${familyOf(first)} addresses, ${first} and ${second}: others reach this host by one of each family`
    yield errorAt('advertise-twice', pathIn('advertise', 1), 'value', message, 'keep one of the two')
  }
}

/** What is wrong with a vxlan that asks the fleet, in one list or more. */
export function* checkFleetLists(
  link: VxlanDeclaration,
  fleet: StatedFleet,
  { byName, listed }: Pick<Declarations, 'byName' | 'listed'>,
): Generator<Finding> {
  for (const list of fleetLists) {
    if (asksFor(link.spec, list)) {
      yield* askingTwice(link, list)
    }
  }
  const [list] = fleetLists.filter((each) => asksFor(link.spec, each))
  if (list === undefined) {
    return
  }
  const { name } = link
  const entries: readonly unknown[] = link.spec[list] ?? []
  const path = pathOf(link, list, entries.indexOf(fleetWord))
  if (fleet === 'absent') {
    const message = `${list} of ${name} ${list === 'fdb' ? 'is that' : 'are those'} of the fleet, and no file says which fleet that is`
    const suggestion = 'state it in one file: fleet: {name: prod, endpoints: [https://10.9.0.1:2379]}'
    yield errorAt('fleet-without-section', path, 'value', message, suggestion)
  }
  if (link.spec.external === true) {
    const message = `${list} of ${name} cannot be ${list === 'fdb' ? 'that' : 'those'} of the fleet: it is external and has no id of its own, and members are found by the id of their link`
    const suggestion = 'state a vxlan with its id for each VNI that is to use the fleet'
    yield errorAt('fleet-and-external', path, 'value', message, suggestion)
  }
  for (const key of asksFor(link.spec, 'remotes') ? (['group', 'remote'] as const) : []) {
    if (link.spec[key] !== undefined) {
      const message = `${name} has ${key}, and remotes of the fleet: frames would reach members twice`
      yield errorAt('fleet-and-destination', pathOf(link, key), 'key', message, `remove ${key}, or remotes`)
    }
  }
  if (link.spec.external !== true && isUnstated(link, 'local') && isUnstated(link, 'dev')) {
    const message = `${name} has ${list} of the fleet, and neither local nor dev: it cannot be told at which address others reach it`
    const suggestion =
      'state the address of this host on the underlay, such as local: 10.0.2.1, or the device that has it'
    yield errorAt('fleet-without-source', path, 'value', message, suggestion)
  }
  yield* learningBeside(link)
  yield* neighboursOfNobody(link, byName.get(masterOf(link, listed) ?? ''), portsOf(link, listed))
}

function* askingTwice(link: VxlanDeclaration, list: FleetList): Generator<Finding> {
  const entries: readonly unknown[] = link.spec[list] ?? []
  const index = entries.indexOf(fleetWord)
  const code = ({ remotes: 'remote-twice', fdb: 'fdb-twice', neighbours: 'neighbour-twice' } as const)[list]
  for (const [at, entry] of entries.entries()) {
    if (entry === fleetWord && at > index) {
      const message = `entry ${at + 1} of ${list} of ${link.name} is ${fleetWord}, as is entry ${index + 1}`
      yield errorAt(code, pathOf(link, list, at), 'value', message, 'remove one of the two')
    }
  }
}

/** The kernel learns nothing about an address with a permanent entry, and drops its frames. Source: vxlan_snoop(), drivers/net/vxlan/vxlan_core.c. */
function learningBeside(link: VxlanDeclaration): Finding[] {
  const learns = link.spec.learning === true || isUnstated(link, 'learning')
  if (!asksFor(link.spec, 'fdb') || !learns) {
    return []
  }
  const isStated = link.spec.learning === true
  const path = isStated ? pathOf(link, 'learning') : pathOf(link, 'fdb', (link.spec.fdb ?? []).indexOf(fleetWord))
  const message = `${link.name} has fdb of the fleet and learns as well: frames of a MAC address that has moved are dropped until its entry follows, and what is learned beside the fleet stays when its host goes`
  return [warningAt('fleet-and-learning', path, isStated ? 'key' : 'value', message, 'state learning: false')]
}

/** Who would be answered by the neighbours of the fleet. */
function* neighboursOfNobody(
  link: VxlanDeclaration,
  bridge: Declaration | undefined,
  ports: readonly PortSpec[],
): Generator<Finding> {
  const { name, spec } = link
  const master = bridge?.name ?? spec.master
  if (!asksFor(spec, 'neighbours') || master === undefined || link.unusable.has('master')) {
    return
  }
  const path = pathOf(link, 'neighbours', (spec.neighbours ?? []).indexOf(fleetWord))
  if (bridge?.section !== 'bridges') {
    if (spec.proxy !== true) {
      const message = `${name} has neighbours of the fleet and is in ${master}, which no file declares: nobody there would be answered from them`
      const suggestion = `declare ${master} in bridges, with adopt: true if something else makes it, or state proxy: true`
      yield errorAt('fleet-neighbours-unused', path, 'value', message, suggestion)
    }
    return
  }
  if (bridge.spec.vlan_filtering === true && spec.proxy !== true) {
    const message = `${name} has neighbours of the fleet, and ${bridge.name} has vlan_filtering: the kernel looks for them on the VLAN's own device, which vxagent does not make`
    yield errorAt(
      'fleet-neighbours-unused',
      path,
      'value',
      message,
      'state proxy: true, or a bridge of its own for the VNI',
    )
    return
  }
  const suppresses = link.unusable.has('port') || ports.some(({ neigh_suppress: suppressed }) => suppressed === true)
  if (spec.proxy !== true && !suppresses) {
    const message = `${name} has neighbours of the fleet, and its port does not have neigh_suppress: questions of this host alone are answered from them, those of machines behind ${bridge.name} are flooded`
    yield warningAt('fleet-neighbours-unused', path, 'value', message, 'state port: {neigh_suppress: true}')
  }
}

function portsOf(link: VxlanDeclaration, listed: Declarations['listed']): PortSpec[] {
  return [link.spec.port ?? {}, ...(listed.get(link.name) ?? []).map(({ spec }) => spec)]
}
