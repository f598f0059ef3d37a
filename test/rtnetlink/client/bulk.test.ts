/** Forwarding entries by the thousand: which datagrams they make, which refusal belongs to which of them, and what ends them all. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RtnetlinkClient } from '../../../src/rtnetlink/client/client.ts'
import { ClosedError, EncodeError, KernelError, SystemCallError, TimeoutError } from '../../../src/rtnetlink/errors.ts'
import { type Neighbour, type NeighbourRequest, neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { decodeAll } from '../../support/bytes.ts'
import { change, clientOnFakeTransport, reasonOf, refusalOf } from '../../support/client-on-fake-transport.ts'
import { ack, type FakeTransport } from '../../support/fake-transport.ts'

const [NLM_F_REQUEST, NLM_F_ACK] = [0x1, 0x4]
const [NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND] = [0x100, 0x200, 0x400, 0x800]
const [EPERM, EEXIST, EINVAL] = [1, 17, 22]
const [AF_INET, AF_BRIDGE] = [2, 7]

/** The MAC of entry `index`. */
function mac(index: number): string {
  const octet = (value: number): string => value.toString(16).padStart(2, '0')
  return `02:00:00:00:${octet(index >> 8)}:${octet(index & 0xff)}`
}

function entries(count: number): NeighbourRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    family: AF_BRIDGE,
    ifindex: 4,
    state: 0xc0,
    flags: 0x02,
    attributes: { lladdr: mac(index), dst: '10.0.2.254' },
  }))
}

/** Acknowledges the last message of datagram `index`. */
async function acknowledge(kernel: FakeTransport, index: number): Promise<void> {
  await kernel.requests()
  kernel.deliver(ack(kernel.sent[index]?.at(-1)?.header.sequence ?? 0))
  await kernel.requests()
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a bulk request', () => {
  test.each<readonly [verb: keyof RtnetlinkClient & `${string}Neighbours`, type: number, flags: number]>([
    ['addNeighbours', 28, NLM_F_CREATE | NLM_F_EXCL],
    ['replaceNeighbours', 28, NLM_F_CREATE | NLM_F_REPLACE],
    ['appendNeighbours', 28, NLM_F_CREATE | NLM_F_APPEND],
    ['deleteNeighbours', 29, 0],
  ])('%s is one datagram for a few, with an ack asked for on the last only', async (verb, type, flags) => {
    const { client, kernel } = clientOnFakeTransport()
    const list = entries(3)
    const result = (client[verb] as RtnetlinkClient['addNeighbours'])(list)
    await acknowledge(kernel, 0)
    expect(await result).toEqual([undefined, undefined, undefined])
    expect(kernel.sent).toHaveLength(1)
    const sent = await kernel.requests()
    expect(sent.map(({ header }) => header.type)).toEqual([type, type, type])
    const each = NLM_F_REQUEST | flags
    expect(sent.map(({ header }) => header.flags)).toEqual([each, each, each | NLM_F_ACK])
    expect(sent.map(({ payload }) => decodeAll(neighbour, payload))).toEqual(list.map((one) => ({ type: 0, ...one })))
  })

  test('sends 256 at a time, each datagram once the one before is answered, so that all take effect in their order', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const result = client.addNeighbours(entries(600))
    const lengths = (): number[] => kernel.sent.map(({ length }) => length)
    await kernel.requests()
    expect(lengths()).toEqual([256])
    await acknowledge(kernel, 0)
    expect(lengths()).toEqual([256, 256])
    await acknowledge(kernel, 1)
    expect(lengths()).toEqual([256, 256, 88])
    await acknowledge(kernel, 2)
    expect(await result).toHaveLength(600)
    const macs = (await kernel.requests()).map(
      ({ payload }) => decodeAll<Neighbour>(neighbour, payload).attributes.lladdr,
    )
    expect(macs).toEqual(entries(600).map(({ attributes }) => attributes?.lladdr))
    expect(client.counters.requests).toBe(600)
  })

  test('does not wait for the sending to return when the answer is there', async () => {
    const { client, kernel } = clientOnFakeTransport()
    kernel.hold()
    const result = client.addNeighbours(entries(2))
    await acknowledge(kernel, 0)
    expect(await result).toEqual([undefined, undefined])
  })

  test('for nothing asks nothing', async () => {
    const { client, kernel } = clientOnFakeTransport()
    expect(await client.addNeighbours([])).toEqual([])
    expect(await kernel.requests()).toEqual([])
  })

  test('holds no two messages with one sequence number, also beside others', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const results = [client.addNeighbours(entries(300)), change(client, 1), client.deleteNeighbours(entries(3))]
    await kernel.requests()
    for (let datagram = 0; datagram < kernel.sent.length; datagram += 1) {
      await acknowledge(kernel, datagram)
    }
    await Promise.all(results)
    const sequences = (await kernel.requests()).map(({ header }) => header.sequence)
    expect(sequences).toHaveLength(304)
    expect(new Set(sequences).size).toBe(304)
  })
})

describe('a refusal', () => {
  test('is the result of its own entry, whichever datagram it was in, and the others succeed', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const result = client.addNeighbours(entries(258))
    kernel.deliver(ack(await kernel.sequence(0), EEXIST), ack(await kernel.sequence(7), EINVAL, 'words of the kernel'))
    await acknowledge(kernel, 0)
    kernel.deliver(ack(await kernel.sequence(256), EPERM))
    await acknowledge(kernel, 1)
    const refused = [...(await result).entries()].filter(([, error]) => error !== undefined)
    expect(refused.map(([index, error]) => [index, error?.message])).toEqual([
      [0, `cannot add forwarding entry ${mac(0)} dst 10.0.2.254 on link 4: EEXIST`],
      [7, `cannot add forwarding entry ${mac(7)} dst 10.0.2.254 on link 4: EINVAL: words of the kernel`],
      [256, `cannot add forwarding entry ${mac(256)} dst 10.0.2.254 on link 4: EPERM`],
    ])
    expect(refused.every(([, error]) => error instanceof KernelError)).toBe(true)
  })

  test('of the last entry is the answer to its datagram', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const result = client.deleteNeighbours([
      { family: AF_INET, ifindex: 4, attributes: { dst: '10.0.1.7' } },
      { family: AF_INET, ifindex: 4, attributes: { dst: '10.0.1.8' } },
    ])
    kernel.deliver(ack(await kernel.sequence(1), EINVAL))
    expect((await result).map((error) => error?.message)).toEqual([
      undefined,
      'cannot delete neighbour 10.0.1.8 on link 4: EINVAL',
    ])
  })

  test('of all of them is a result for each', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const result = client.replaceNeighbours(entries(4))
    kernel.deliver(...(await kernel.requests()).map(({ header }) => ack(header.sequence, EPERM)))
    expect((await result).map((error) => error?.code)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM'])
  })

  test('names the attribute that the kernel points at, counted from the message of the entry', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const [one, other] = entries(2)
    // Of another length than the rest, so that their offsets cannot be mistaken for its own.
    const odd = { family: AF_INET, ifindex: 4, attributes: { lladdr: '02:00:00:00:00:00:00', nhId: 9, vni: 43 } }
    const result = client.addNeighbours([one, odd, other].filter((entry) => entry !== undefined))
    const { header, payload } = await kernel.request(1)
    const at = payload.indexOf(Buffer.from([8, 0, 7, 0]))
    kernel.deliver(ack(header.sequence, EINVAL, 'invalid vni', 16 + at))
    const last = await kernel.request(2)
    kernel.deliver(
      ack(last.header.sequence, EINVAL, 'invalid address', 16 + last.payload.indexOf(Buffer.from([8, 0, 1, 0]))),
    )
    expect((await result).map((error) => error?.refusal.attribute)).toEqual([undefined, 'NDA_VNI', 'NDA_DST'])
  })

  test('is put into words, which may take a look for the name of a link, and nothing else is', async () => {
    const nameOfLink = vi.fn(() => 'vxlan0')
    const { client, kernel } = clientOnFakeTransport({ nameOfLink })
    const result = client.addNeighbours(entries(3))
    kernel.deliver(ack(await kernel.sequence(1), EEXIST))
    await acknowledge(kernel, 0)
    expect((await result)[1]?.message).toBe(
      `cannot add forwarding entry ${mac(1)} dst 10.0.2.254 on link vxlan0: EEXIST`,
    )
    expect(nameOfLink).toHaveBeenCalledTimes(1)
  })

  test('of one bulk request is none of another, nor of what is asked beside them', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const results = [client.addNeighbours(entries(2)), client.deleteNeighbours(entries(2))]
    const single = refusalOf(change(client, 1))
    const sent = await kernel.requests()
    const sequenceOf = (type: number, nth: number): number =>
      sent.filter(({ header }) => header.type === type)[nth]?.header.sequence ?? 0
    kernel.deliver(ack(sequenceOf(29, 0), EINVAL), ack(sequenceOf(16, 0), EPERM), ack(sequenceOf(28, 1), EEXIST))
    kernel.deliver(ack(sequenceOf(29, 1)))
    const codes = (await Promise.all(results)).map((errors) => errors.map((error) => error?.code))
    expect(codes).toEqual([
      [undefined, 'EEXIST'],
      ['EINVAL', undefined],
    ])
    expect((await single).code).toBe('EPERM')
  })
})

describe('all of a bulk request are rejected together', () => {
  /** A bulk request of three datagrams, the first of which is answered. */
  async function underWay(
    timeoutMs?: number,
  ): Promise<ReturnType<typeof clientOnFakeTransport> & { reason: Promise<unknown> }> {
    const { client, kernel } = clientOnFakeTransport(timeoutMs === undefined ? {} : { timeoutMs })
    const reason = reasonOf(client.addNeighbours(entries(600)))
    await acknowledge(kernel, 0)
    expect(kernel.sent).toHaveLength(2)
    return { client, kernel, reason }
  }

  /** Late answers disturb nobody, nothing more is sent, and the next request has its answer. */
  async function goesOn(client: RtnetlinkClient, kernel: FakeTransport): Promise<void> {
    const before = kernel.sent.length
    await acknowledge(kernel, 1)
    expect(kernel.sent).toHaveLength(before)
    const next = client.addNeighbours(entries(2))
    kernel.deliver(ack(await kernel.sequence(512), EEXIST))
    await acknowledge(kernel, before)
    expect((await next).map((error) => error?.code)).toEqual(['EEXIST', undefined])
  }

  const words = 'cannot add 600 neighbours or forwarding entries'

  test('when no answer comes within the time that each datagram has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, kernel, reason } = await underWay(500)
    await vi.advanceTimersByTimeAsync(499)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await reason).toBeInstanceOf(TimeoutError)
    expect(await reason).toMatchObject({ message: `${words}: no answer from the kernel within 500 ms` })
    await goesOn(client, kernel)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('though each answer gives the next datagram its whole time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, kernel } = clientOnFakeTransport({ timeoutMs: 500 })
    const result = client.addNeighbours(entries(600))
    for (const datagram of [0, 1, 2]) {
      await vi.advanceTimersByTimeAsync(400)
      await acknowledge(kernel, datagram)
    }
    expect(await result).toHaveLength(600)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('when answers may be lost', async () => {
    const { client, kernel, reason } = await underWay()
    kernel.overrun()
    expect(await reason).toMatchObject({
      code: 'ENOBUFS',
      message: `${words}: ENOBUFS: the receive buffer overflowed and the answer may be lost`,
    })
    await goesOn(client, kernel)
  })

  test('when a datagram cannot be sent', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const failure = new SystemCallError('send to the kernel', 'EPERM')
    const reason = reasonOf(client.addNeighbours(entries(600)))
    await kernel.requests()
    kernel.failure = failure
    await acknowledge(kernel, 0)
    expect(await reason).toBe(failure)
    expect(kernel.sent).toHaveLength(1)
    const next = client.addNeighbours(entries(1))
    await acknowledge(kernel, 1)
    expect(await next).toEqual([undefined])
  })

  test('when the socket is closed, and nothing more is sent', async () => {
    const { client, kernel, reason } = await underWay()
    client.close()
    expect(await reason).toBeInstanceOf(ClosedError)
    expect(await reason).toMatchObject({ message: `${words}: the netlink socket is closed` })
    await acknowledge(kernel, 1)
    expect(kernel.sent).toHaveLength(2)
  })

  test('when the socket was closed before', async () => {
    const { client, kernel } = clientOnFakeTransport()
    client.close()
    expect(await reasonOf(client.addNeighbours(entries(1)))).toBeInstanceOf(ClosedError)
    expect(await kernel.requests()).toEqual([])
  })

  test('when one of them fits no message; its datagram is not sent, and what went before is left to the kernel', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const list = entries(600)
    list[300] = { family: AF_BRIDGE, attributes: { vni: -1 } }
    const reason = await reasonOf(client.addNeighbours(list))
    expect(reason).toBeInstanceOf(EncodeError)
    expect((reason as Error).message).toBe('NDA_VNI: -1 is no u32: expected a whole number from 0 to 4294967295')
    await acknowledge(kernel, 0)
    expect(kernel.sent).toHaveLength(1)
    const next = client.addNeighbours(entries(1))
    await acknowledge(kernel, 1)
    expect(await next).toEqual([undefined])
  })
})
