/** Dumps: many messages that answer one request. */
import { describe, expect, test } from 'vitest'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import {
  change,
  clientOnFakeTransport,
  linkMessage,
  reasonOf,
  refusalOf,
} from '../../support/client-on-fake-transport.ts'
import { ack, done, message } from '../../support/fake-transport.ts'

const [RTM_NEWLINK, RTM_NEWNEIGH, RTM_NEWROUTE] = [16, 28, 24]
const [NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR] = [0x4, 0x300, 0x10]

type Names = readonly (string | undefined)[]

async function namesOf(
  links: Promise<readonly { readonly attributes: { readonly ifname?: string | undefined } }[]>,
): Promise<Names> {
  return (await links).map(({ attributes }) => attributes.ifname)
}

test('a dump is gathered from many datagrams, in the order of the kernel', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const links = client.listLinks()
  const { header } = await kernel.request(0)
  expect(header.flags & (NLM_F_DUMP | NLM_F_ACK)).toBe(NLM_F_DUMP)
  kernel.deliver(linkMessage(header.sequence, 'eth0'), linkMessage(header.sequence, 'eth1'))
  kernel.deliver(linkMessage(header.sequence, 'vxlan0'))
  kernel.deliver(done(header.sequence))
  expect(await namesOf(links)).toEqual(['eth0', 'eth1', 'vxlan0'])
  expect(client.counters).toMatchObject({ requests: 1, dumps: 1, interruptedDumps: 0, overruns: 0 })
})

test('reading is left to another thread as long as a dump is under way, and no longer', async () => {
  const { client, kernel } = clientOnFakeTransport()
  expect(kernel.isDumping).toBe(false)
  const links = client.listLinks()
  const sequence = await kernel.sequence(0)
  expect(kernel.isDumping).toBe(true)
  kernel.deliver(linkMessage(sequence, 'eth0'))
  expect(kernel.isDumping).toBe(true)
  kernel.deliver(done(sequence))
  expect(kernel.isDumping).toBe(false)
  await links
  const refused = client.listLinks().catch(() => {})
  kernel.deliver(ack(await kernel.sequence(1), 95))
  expect(kernel.isDumping).toBe(false)
  await refused
})

test('a dump that nobody waits for any more is read to its end on another thread', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const lost = client.listLinks().catch(() => {})
  const sequence = await kernel.sequence(0)
  kernel.overrun()
  await lost
  expect(kernel.isDumping).toBe(true)
  kernel.deliver(done(sequence))
  expect(kernel.isDumping).toBe(false)
})

test('a dump may end in the datagram of its last parts', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const links = client.listLinks()
  const sequence = await kernel.sequence(0)
  kernel.deliver(linkMessage(sequence, 'eth0'), done(sequence))
  expect(await namesOf(links)).toEqual(['eth0'])
})

test('what is not its own does not disturb a dump: notifications, answers to others, objects of another kind', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const links = client.listLinks()
  const sequence = await kernel.sequence(0)
  kernel.deliver(linkMessage(sequence, 'eth0'))
  kernel.deliver(linkMessage(0, 'a notification'), linkMessage(sequence + 1000, "another's"))
  kernel.deliver(
    message(RTM_NEWNEIGH, sequence, (writer) => neighbour.encode({ ifindex: 5 }, writer)),
    message(RTM_NEWROUTE, sequence, (writer) => writer.append(Buffer.alloc(12))),
  )
  kernel.deliver(done(0, { errno: 22 }), linkMessage(sequence, 'vxlan0'))
  kernel.deliver(done(sequence))
  expect(await namesOf(links)).toEqual(['eth0', 'vxlan0'])
})

test('dumps go one after the other, as the kernel does one at a time on a socket', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const order: string[] = []
  const requests = [
    client.listLinks().then(() => order.push('links')),
    client.listAddresses().then(() => order.push('addresses')),
    client.listFdb().then(() => order.push('fdb')),
  ]
  for (const index of [0, 1, 2]) {
    expect(await kernel.requests()).toHaveLength(index + 1)
    kernel.deliver(done(await kernel.sequence(index)))
  }
  await Promise.all(requests)
  expect(order).toEqual(['links', 'addresses', 'fdb'])
  expect((await kernel.requests()).map(({ header }) => header.type)).toEqual([18, 22, 30])
})

test('a dump runs beside requests that are none', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const links = client.listLinks()
  await kernel.requests()
  const changed = change(client, 1)
  const [dump, other] = [await kernel.sequence(0), await kernel.sequence(1)]
  kernel.deliver(linkMessage(dump, 'eth0'))
  kernel.deliver(ack(other))
  await changed
  kernel.deliver(done(dump))
  expect(await namesOf(links)).toEqual(['eth0'])
})

test('the end of a dump tells nothing of the requests that were sent before it', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const changed = refusalOf(change(client, 1))
  await kernel.requests()
  const links = client.listLinks()
  kernel.deliver(done(await kernel.sequence(1)))
  await links
  kernel.deliver(ack(await kernel.sequence(0), 19))
  expect((await changed).code).toBe('ENODEV')
})

describe('an interrupted dump', () => {
  test.each(['its first part', 'its last part', 'its end'])(
    'is repeated when %s is marked, and only the whole one counts',
    async (marked) => {
      const { client, kernel } = clientOnFakeTransport()
      const links = client.listLinks()
      const first = await kernel.sequence(0)
      const flagsOf = (part: string): number => (part === marked ? NLM_F_DUMP_INTR : 0)
      kernel.deliver(linkMessage(first, 'stale', flagsOf('its first part')))
      kernel.deliver(linkMessage(first, 'stale too', flagsOf('its last part')))
      kernel.deliver(done(first, { flags: flagsOf('its end') }))
      const second = await kernel.sequence(1)
      expect(second).not.toBe(first)
      kernel.deliver(linkMessage(second, 'fresh'))
      kernel.deliver(done(second))
      expect(await namesOf(links)).toEqual(['fresh'])
      expect(client.counters).toMatchObject({ requests: 2, dumps: 2, interruptedDumps: 1, overruns: 0 })
    },
  )

  test('keeps its turn: the next dump waits for the whole one', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const [links, addresses] = [client.listLinks(), client.listAddresses()]
    kernel.deliver(done(await kernel.sequence(0), { flags: NLM_F_DUMP_INTR }))
    kernel.deliver(done(await kernel.sequence(1)))
    kernel.deliver(done(await kernel.sequence(2)))
    await Promise.all([links, addresses])
    expect((await kernel.requests()).map(({ header }) => header.type)).toEqual([18, 18, 22])
  })

  test('may be whole the tenth time', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const links = client.listLinks()
    for (let attempt = 0; attempt < 9; attempt += 1) {
      kernel.deliver(done(await kernel.sequence(attempt), { flags: NLM_F_DUMP_INTR }))
    }
    const tenth = await kernel.sequence(9)
    kernel.deliver(linkMessage(tenth, 'eth0'), done(tenth))
    expect(await namesOf(links)).toEqual(['eth0'])
  })

  test('is given up after ten interruptions, and the next dump has its turn', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const given = refusalOf(client.listLinks())
    const addresses = client.listAddresses()
    for (let attempt = 0; attempt < 10; attempt += 1) {
      kernel.deliver(done(await kernel.sequence(attempt), { flags: NLM_F_DUMP_INTR }))
    }
    expect((await given).message).toBe('cannot list links: EINTR: the table changed during each of 10 dumps')
    expect(client.counters.interruptedDumps).toBe(10)
    kernel.deliver(done(await kernel.sequence(10)))
    await expect(addresses).resolves.toEqual([])
  })
})

describe('a dump that is refused', () => {
  test.each([
    ['in its end', (sequence: number) => done(sequence, { errno: 95, words: 'no such table' })],
    ['by an error message', (sequence: number) => ack(sequence, 95, 'no such table')],
  ])('%s rejects with the words of the kernel, and the next one has its turn', async (_where, refuse) => {
    const { client, kernel } = clientOnFakeTransport()
    const refused = refusalOf(client.listFdb())
    const links = client.listLinks()
    const sequence = await kernel.sequence(0)
    kernel.deliver(linkMessage(sequence, 'a part'), refuse(sequence))
    expect((await refused).message).toBe('cannot list forwarding entries: EOPNOTSUPP: no such table')
    kernel.deliver(done(await kernel.sequence(1)))
    await expect(links).resolves.toEqual([])
  })

  test('is not repeated, though it was interrupted as well', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const refused = refusalOf(client.listLinks())
    kernel.deliver(done(await kernel.sequence(0), { errno: 1, flags: NLM_F_DUMP_INTR }))
    expect((await refused).code).toBe('EPERM')
    expect(await kernel.requests()).toHaveLength(1)
  })
})

test('a message that cannot be read is told with its bytes and passed over', async () => {
  const told: { message: string; bytes: Buffer }[] = []
  const { client, kernel } = clientOnFakeTransport({
    onUndecodable: ({ error, bytes }) => told.push({ message: error.message, bytes }),
  })
  const links = client.listLinks()
  const sequence = await kernel.sequence(0)
  const short = message(RTM_NEWLINK, sequence, (writer) => writer.append(Buffer.alloc(3)))
  const wrong = message(RTM_NEWLINK, sequence, (writer) =>
    writer.append(Buffer.concat([Buffer.alloc(16), Buffer.from([6, 0, 4, 0, 1, 1, 0, 0])])),
  )
  kernel.deliver(linkMessage(sequence, 'eth0'), short, wrong, linkMessage(sequence, 'eth1'))
  kernel.deliver(done(sequence))
  expect(await namesOf(links)).toEqual(['eth0', 'eth1'])
  expect(told).toEqual([
    { message: 'struct ifinfomsg: expected 16 bytes, got 3', bytes: short },
    { message: 'IFLA_MTU: expected 4 bytes, got 2', bytes: wrong },
  ])
})

test('a datagram that breaks off is told as a whole, and the dump goes on', async () => {
  const told: string[] = []
  const { client, kernel } = clientOnFakeTransport({ onUndecodable: ({ error }) => told.push(error.message) })
  const links = reasonOf(client.listLinks())
  const sequence = await kernel.sequence(0)
  const broken = linkMessage(sequence, 'eth1')
  broken.writeUInt32LE(1000, 0)
  kernel.deliver(linkMessage(sequence, 'eth0'), broken)
  kernel.deliver(done(sequence))
  expect(await links).toBeUndefined()
  expect(told).toEqual([`nlmsg_len: expected 16 to ${broken.length} bytes, got 1000`])
})
