/** A frame followed between made hosts: which ends are meant, which packet is followed, and how each direction ends. */
import { expect, test } from 'vitest'
import type { Arrival, Place } from '../../../src/agent/answers/arrival.ts'
import type { FleetExplanation } from '../../../src/fleet/explain/answer.ts'
import { explainFleet, type FleetQuestion } from '../../../src/fleet/explain/explain-fleet.ts'
import type { FleetEyes, Told } from '../../../src/fleet/explain/eyes.ts'
import type { ArrivalAsk, Departure, DepartureAsk, WhereisAsk } from '../../../src/fleet/records/explain-questions.ts'
import type { NodeRecord } from '../../../src/fleet/records/node-record.ts'
import { recordOf, vtepOf } from '../../support/fleet-members.ts'

const macs = { vyos01: '02:00:00:00:00:fe', ubuntu: '02:00:00:00:00:01' } as Readonly<Record<string, string>>

function placeOn(node: string, more: Partial<Place> = {}): Place {
  const ip = node === 'vyos01' ? '10.0.1.254' : '10.0.1.1'
  return { kind: 'own', vni: 42, vxlan: 'vxlan0', dev: 'vxlan0', mac: macs[node] ?? '', addresses: [ip], ...more }
}

function recordAt(node: string, local: string, more: Partial<ReturnType<typeof vtepOf>> = {}): NodeRecord {
  return recordOf(node, { vteps: [vtepOf({ local, mac: macs[node] ?? '02:00:00:00:00:77', ...more })] })
}

/** What a host answers. */
interface Host {
  readonly record?: NodeRecord
  readonly places?: (ask: WhereisAsk) => readonly Place[]
  readonly departure?: (ask: DepartureAsk) => Partial<Departure>
  readonly arrival?: (ask: ArrivalAsk) => Partial<Arrival>
  /** Why it does not answer: all, or some questions. */
  readonly silent?: (kind: string) => boolean
}

/** A unicast packet to an address. */
function unicast(remote: string, source: string): Partial<Departure> {
  const packets = [{ vni: 42, remote, dstport: 4789, source, mtu: 1500 }]
  return { fate: 'unicast', packets, copies: 1, frame: { mac: '02:00:00:00:00:99', mtu: 1450, features: ['gbp'] } }
}

const arrives: Partial<Arrival> = { fate: 'local', isForHost: true, answer: 'takes the frame itself' }

/** Two hosts between which frames arrive. */
const usual: Readonly<Record<string, Host>> = {
  vyos01: {
    record: recordAt('vyos01', '10.0.2.254', { addresses: ['10.0.1.254/24'] }),
    places: () => [placeOn('vyos01')],
    departure: () => unicast('10.0.2.1', '10.0.2.254'),
  },
  ubuntu: {
    record: recordAt('ubuntu', '10.0.2.1', { addresses: ['10.0.1.1/24'] }),
    places: () => [placeOn('ubuntu')],
    departure: () => unicast('10.0.2.254', '10.0.2.1'),
  },
}

interface Asked {
  readonly node: string
  readonly kind: string
  readonly ask: WhereisAsk & Partial<DepartureAsk> & Partial<ArrivalAsk>
}

interface Outcome {
  readonly told: FleetExplanation
  readonly asked: Asked[]
}

async function follow(
  changes: Readonly<Record<string, Host>> = {},
  { from = 'vyos01', to = 'ubuntu', ...rest }: Partial<FleetQuestion> = {},
): Promise<Outcome> {
  const names = [...new Set([...Object.keys(usual), ...Object.keys(changes)])]
  const hosts = new Map(names.map((name): [string, Host] => [name, { ...usual[name], ...changes[name] }]))
  const records = new Map(names.map((name) => [name, hosts.get(name)?.record ?? recordAt(name, '10.0.2.99')]))
  const asked: Asked[] = []
  const answerOf = (node: string, kind: string, ask: never): unknown => {
    const host = hosts.get(node)
    switch (kind) {
      case 'whereis':
        return { places: host?.places?.(ask) ?? [] }
      case 'departure':
        return {
          fate: 'dropped',
          steps: [{ table: 'vxlan', text: `leaves ${node}` }],
          packets: [],
          copies: 0,
          answer: 'x',
          ...host?.departure?.(ask),
        }
      default:
        return {
          ports: [],
          isForHost: false,
          steps: [{ table: 'vxlan', text: `at ${node}` }],
          unseen: [],
          ...arrives,
          ...host?.arrival?.(ask),
        }
    }
  }
  const eyes: FleetEyes = {
    self: 'vyos01',
    records,
    vteps: [...records].flatMap(([node, { vteps }]) =>
      vteps.map(({ vni, local, advertise, dstport }) => ({ node, vni, address: advertise ?? local, dstport })),
    ),
    async ask(node, { name }, ask) {
      asked.push({ node, kind: name, ask: ask as never })
      const isSilent = hosts.get(node)?.silent?.(name) === true
      const told = isSilent
        ? { noAnswer: { message: `${node} did not answer` } }
        : { answer: answerOf(node, name, ask as never) }
      return told as Told<never>
    },
  }
  return { told: await explainFleet({ from, to, ...rest }, eyes), asked }
}

test('a frame between two nodes is followed there and back, and the question about its arrival has all of it', async () => {
  const { told, asked } = await follow()
  expect(told).toMatchObject({
    vni: 42,
    from: { node: 'vyos01', ip: '10.0.1.254' },
    to: { node: 'ubuntu', ip: '10.0.1.1' },
    there: { outcome: 'arrives', verdict: 'ubuntu takes the frame itself', otherCopies: 0 },
    back: { outcome: 'arrives', verdict: 'vyos01 takes the frame itself' },
  })
  expect(told.there.hops).toEqual([
    { node: 'vyos01', table: 'vxlan', text: 'leaves vyos01' },
    { node: 'ubuntu', table: 'vxlan', text: 'at ubuntu' },
  ])
  expect(told.unseen[0]).toContain('the underlay between vyos01 and ubuntu')
  expect(asked.filter(({ kind }) => kind === 'departure').map(({ ask }) => ask)).toEqual([
    { to: '10.0.1.1', vni: 42, toward: ['10.0.2.1'] },
    { to: '10.0.1.254', vni: 42, toward: ['10.0.2.254'] },
  ])
  expect(asked.find(({ kind }) => kind === 'arrival')?.ask).toEqual({
    ...{ source: '10.0.2.254', to: '10.0.2.1', port: 4789, vni: 42, mac: '02:00:00:00:00:99' },
    ...{ from: macs['vyos01'], features: ['gbp'], mtu: 1450, outerMtu: 1500 },
  })
})

test.each([
  { what: 'an overlay address', to: '10.0.1.1' },
  { what: 'the address of a VTEP', to: '10.0.2.1' },
  { what: 'the MAC address of a link', to: '02:00:00:00:00:01' },
])('$what is of the host whose record has it', async ({ to }) => {
  const { told, asked } = await follow({}, { to })
  expect(told.to).toMatchObject({ asked: to, node: 'ubuntu', ip: '10.0.1.1' })
  expect(asked.filter(({ kind }) => kind === 'whereis').map(({ node }) => node)).toEqual(['vyos01', 'ubuntu'])
})

test('an address that no record has is looked for among the members, and followed to its port', async () => {
  const vm = placeOn('ubuntu', { kind: 'port', dev: 'eth2', mac: '02:00:00:00:00:aa', addresses: [] })
  const ubuntu = { places: ({ address }: WhereisAsk) => (address === '02:00:00:00:00:aa' ? [vm] : []) }
  const nowhere = { places: ({ address }: WhereisAsk) => (address === undefined ? [placeOn('vyos01')] : []) }
  const arrival = (): Partial<Arrival> => ({ fate: 'port', isForHost: false, ports: ['eth2'], answer: 'sends it out' })
  const { told, asked } = await follow({ ubuntu: { ...ubuntu, arrival }, vyos01: nowhere }, { to: '02:00:00:00:00:aa' })
  expect(told).toMatchObject({ to: { node: 'ubuntu', place: { dev: 'eth2' } }, there: { outcome: 'arrives' } })
  const [there, back] = asked.filter(({ kind }) => kind === 'departure')
  expect(there?.ask).toMatchObject({ to: '02:00:00:00:00:aa', dev: 'vxlan0' })
  expect(back?.ask).toMatchObject({ to: macs['vyos01'], dev: 'eth2' })
  const elsewhere = (): Partial<Arrival> => ({ ...arrival(), ports: ['eth3'] })
  expect(
    (await follow({ ubuntu: { ...ubuntu, arrival: elsewhere }, vyos01: nowhere }, { to: '02:00:00:00:00:aa' })).told
      .there,
  ).toMatchObject({ outcome: 'dies', verdict: expect.stringContaining('and not to the port eth2') })
})

test.each([
  { to: 'vyos09', says: 'there is no host vyos09 in the fleet, and it is no address either' },
  {
    to: '02:00:00:00:00:aa',
    says: 'none of 2 members has 02:00:00:00:00:aa as an address of its own, or behind a port',
  },
  { to: '10.0.1.77', says: 'ask by its MAC address' },
  { to: '239.1.1.1', says: 'is a multicast address' },
])('$to is refused with a reason', async ({ to, says }) => {
  const nowhere = { places: ({ address }: WhereisAsk) => (address === undefined ? [placeOn('vyos01')] : []) }
  await expect(follow({ vyos01: nowhere, ubuntu: { places: () => [] } }, { to })).rejects.toThrow(says)
})

test('members that do not say whether they have an address are named', async () => {
  const nowhere = { places: ({ address }: WhereisAsk) => (address === undefined ? [placeOn('vyos01')] : []) }
  await expect(
    follow({ vyos01: nowhere, ubuntu: { silent: () => true } }, { to: '02:00:00:00:00:aa' }),
  ).rejects.toThrow('(ubuntu did not answer)')
})

test('several VNIs in common, and several owners, are listed with the way to decide', async () => {
  const both = (node: string) => ({
    places: ({ vni }: WhereisAsk) =>
      [placeOn(node), placeOn(node, { vni: 43 })].filter((each) => vni === undefined || each.vni === vni),
  })
  const hosts = { vyos01: both('vyos01'), ubuntu: both('ubuntu') }
  await expect(follow(hosts)).rejects.toThrow(
    'vyos01 and ubuntu are both in VNI 42, 43; state which is meant with --vni',
  )
  expect((await follow(hosts, { vni: 43 })).told.vni).toBe(43)
  const vyos02 = {
    record: recordAt('vyos02', '10.0.2.253', { addresses: ['10.0.1.1/24'] }),
    places: () => [placeOn('ubuntu')],
  }
  await expect(follow({ vyos02 }, { to: '10.0.1.1' })).rejects.toThrow(
    '10.0.1.1 is in several places: ubuntu (vxlan0, VNI 42), vyos02 (vxlan0, VNI 42)',
  )
})

test('where it dies is told, and for which direction', async () => {
  const dropped = (): Partial<Arrival> => ({ fate: 'dropped', isForHost: false, answer: 'drops the frame: other port' })
  expect((await follow({ ubuntu: { arrival: dropped } })).told).toMatchObject({
    there: { outcome: 'dies', diesAt: 'ubuntu', verdict: 'ubuntu drops the frame: other port' },
    back: { outcome: 'arrives' },
  })
  const lost = {
    departure: () => ({
      ...unicast('10.0.2.254', '10.0.2.1'),
      packets: [{ vni: 42, remote: '10.0.2.254', dstport: 4789, problem: 'there is no route' }],
    }),
  }
  expect((await follow({ ubuntu: lost })).told).toMatchObject({
    there: { outcome: 'arrives' },
    back: { outcome: 'dies', diesAt: 'ubuntu', verdict: 'ubuntu cannot send it: there is no route' },
  })
  const stuck = { departure: () => ({ fate: 'dropped' as const, answer: 'The frame does not leave: vxlan0 is down.' }) }
  expect((await follow({ vyos01: stuck })).told.there).toMatchObject({
    outcome: 'dies',
    diesAt: 'vyos01',
    verdict: 'vyos01: The frame does not leave: vxlan0 is down.',
  })
})

test('a frame that goes to another host is followed there, and does not count as arrived', async () => {
  const vyos02 = { record: recordAt('vyos02', '10.0.2.253') }
  const wrong = { departure: () => unicast('10.0.2.253', '10.0.2.254') }
  const { told, asked } = await follow({ vyos02, vyos01: wrong })
  expect(asked.find(({ kind }) => kind === 'arrival')?.node).toBe('vyos02')
  expect(told.there).toMatchObject({
    outcome: 'dies',
    diesAt: 'vyos02',
    verdict: expect.stringContaining('it goes to vyos02 and not to ubuntu'),
  })
})

test('a VTEP of no member is not guessed about', async () => {
  const { told } = await follow({ vyos01: { departure: () => unicast('10.0.2.200', '10.0.2.254') } })
  expect(told.there).toMatchObject({
    outcome: 'unknown',
    verdict: expect.stringContaining('the VTEP 10.0.2.200, which is of no member'),
  })
})

test('of a flood the copy to the other end is followed, and the others are counted', async () => {
  const remotes = ['10.0.2.253', '10.0.2.1', '10.0.2.252']
  const packets = remotes.map((remote) => ({ vni: 42, remote, dstport: 4789, source: '10.0.2.254' }))
  const frame = { mac: 'ff:ff:ff:ff:ff:ff', asks: '10.0.1.1', mtu: 1450, features: [] }
  const { told, asked } = await follow({ vyos01: { departure: () => ({ fate: 'flood', packets, copies: 3, frame }) } })
  expect(told.there).toMatchObject({ outcome: 'arrives', otherCopies: 2 })
  expect(asked.find(({ kind }) => kind === 'arrival')?.ask).toMatchObject({ to: '10.0.2.1', asks: '10.0.1.1' })
  const elsewhere = { departure: () => ({ fate: 'flood' as const, packets: packets.slice(2), copies: 2, frame }) }
  const two = { departure: () => ({ ...elsewhere.departure(), packets: [packets[0], packets[2]] as typeof packets }) }
  expect((await follow({ vyos01: two })).told.there).toMatchObject({
    outcome: 'dies',
    diesAt: 'vyos01',
    verdict: 'vyos01 floods it to 2 VTEPs, and none of them is of ubuntu',
  })
})

test('a flood to a multicast group is followed to the other end', async () => {
  const packets = [{ vni: 42, remote: '239.1.1.1', dstport: 4789, source: '10.0.2.254' }]
  const frame = { mac: 'ff:ff:ff:ff:ff:ff', mtu: 1450, features: [] }
  const { told, asked } = await follow({ vyos01: { departure: () => ({ fate: 'flood', packets, copies: 1, frame }) } })
  expect(told.there.outcome).toBe('arrives')
  expect(asked.find(({ kind }) => kind === 'arrival')).toMatchObject({ node: 'ubuntu', ask: { to: '239.1.1.1' } })
})

test('addresses behind a translation are those that the hosts themselves have', async () => {
  const record = recordAt('ubuntu', '10.9.0.1', { advertise: '203.0.113.7', addresses: ['10.0.1.1/24'] })
  const ubuntu = { record, departure: () => unicast('10.0.2.254', '10.9.0.1') }
  const { told, asked } = await follow({ ubuntu, vyos01: { departure: () => unicast('203.0.113.7', '10.0.2.254') } })
  expect(asked.filter(({ kind }) => kind === 'arrival').map(({ ask: { source, to } }) => [source, to])).toEqual([
    ['10.0.2.254', '10.9.0.1'],
    ['203.0.113.7', '10.0.2.254'],
  ])
  expect(told.unseen).toContain('the address translation between vyos01 and ubuntu')
})

test('a host that does not answer is taken from its record, and nothing is claimed of it', async () => {
  const { told } = await follow({ ubuntu: { silent: () => true } })
  expect(told.to).toMatchObject({ node: 'ubuntu', ip: '10.0.1.1', unconfirmed: 'ubuntu did not answer' })
  expect(told.there).toMatchObject({
    outcome: 'unknown',
    verdict: expect.stringContaining('what becomes of the frame at ubuntu is not known'),
  })
  expect(told.back).toMatchObject({
    outcome: 'unknown',
    verdict: expect.stringContaining('how the frame leaves ubuntu is not known'),
  })
})

test('a host that has another VNI is asked all the same', async () => {
  const other = { places: () => [placeOn('ubuntu', { vni: 43 })], departure: () => ({}) }
  const { told, asked } = await follow({ ubuntu: other })
  expect(told.vni).toBe(42)
  expect(asked.find(({ kind }) => kind === 'arrival')?.ask).toMatchObject({ vni: 42, to: '10.0.2.1' })
  expect(told.back).toMatchObject({ outcome: 'dies', diesAt: 'ubuntu' })
  const bare = { places: () => [], record: recordAt('ubuntu', '10.0.2.1') }
  expect((await follow({ ubuntu: bare })).told.back).toMatchObject({
    outcome: 'dies',
    verdict: 'ubuntu has nothing of VNI 42, so no frame to vyos01 begins there',
  })
})

test('two machines on one host need no tunnel', async () => {
  const places = ({ address }: WhereisAsk): Place[] => [
    placeOn('vyos01', { kind: 'port', dev: address === '02:00:00:00:00:aa' ? 'eth2' : 'eth3', mac: address ?? '' }),
  ]
  const departure = (): Partial<Departure> => ({ fate: 'local', answer: 'The frame does not enter a tunnel.' })
  const { told } = await follow(
    { vyos01: { places, departure }, ubuntu: { places: () => [] } },
    { from: '02:00:00:00:00:aa', to: '02:00:00:00:00:bb' },
  )
  expect(told.there).toMatchObject({ outcome: 'arrives', verdict: expect.stringContaining('both are on vyos01') })
  expect(told.unseen).toEqual([])
})
