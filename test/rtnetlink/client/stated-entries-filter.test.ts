import { expect, test } from 'vitest'
import { withoutStatedEntriesOf } from '../../../src/rtnetlink/client/stated-entries-filter.ts'
import { subscribe } from '../../../src/rtnetlink/index.ts'

/** A program as the kernel has it: instructions of 8 bytes. */
const lengthOf = (program: Buffer): number => program.length / 8

/** Runs the program over a datagram, as the kernel would: how many bytes of it pass. */
function run(program: Buffer, datagram: Buffer): number {
  let loaded = 0
  for (let at = 0; ; at += 1) {
    const [code, yes, no, operand] = [
      program.readUInt16LE(at * 8),
      program.readUInt8(at * 8 + 2),
      program.readUInt8(at * 8 + 3),
      program.readUInt32LE(at * 8 + 4),
    ]
    switch (code) {
      case 0x20:
        loaded = datagram.readUInt32BE(operand)
        break
      case 0x28:
        loaded = datagram.readUInt16BE(operand)
        break
      case 0x30:
        loaded = datagram.readUInt8(operand)
        break
      case 0x15:
        at += loaded === operand ? yes : no
        break
      case 0x45:
        at += (loaded & operand) !== 0 ? yes : no
        break
      case 0x06:
        return operand
      default:
        throw new Error(`instruction ${at} is ${code}`)
    }
  }
}

interface Message {
  readonly type?: number
  readonly family?: number
  readonly ifindex?: number
  readonly state?: number
}

/** RTM_NEWNEIGH (28) of a permanent entry, family AF_BRIDGE (7), unless stated otherwise. */
function datagram({ type = 28, family = 7, ifindex = 5, state = 0x80 }: Message): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32LE(28, 0)
  bytes.writeUInt16LE(type, 4)
  bytes.writeUInt8(family, 16)
  bytes.writeInt32LE(ifindex, 20)
  bytes.writeUInt16LE(state, 24)
  return bytes
}

const whole = 0xffff_ffff

test.each<{ name: string; message: Message; passes: boolean }>([
  { name: 'a permanent entry on one of the links', message: {}, passes: false },
  { name: 'a static entry (NUD_NOARP)', message: { state: 0x42 }, passes: false },
  { name: 'an entry on the last of the links', message: { ifindex: 70_000 }, passes: false },
  { name: 'an entry on another link', message: { ifindex: 6 }, passes: true },
  { name: 'a learned entry', message: { state: 0x02 }, passes: true },
  { name: 'a deletion', message: { type: 29 }, passes: true },
  { name: 'a permanent ARP entry', message: { family: 2 }, passes: true },
  { name: 'a link', message: { type: 16 }, passes: true },
])('$name: passes $passes', ({ message, passes }) => {
  expect(run(withoutStatedEntriesOf([5, 300, 70_000]), datagram(message))).toBe(passes ? whole : 0)
})

test('of very many links the first two hundred are passed over: jumps go no farther', () => {
  const program = withoutStatedEntriesOf(Array.from({ length: 1000 }, (_, index) => index + 1))
  expect(lengthOf(program)).toBe(209)
  expect([1, 200, 201].map((ifindex) => run(program, datagram({ ifindex })))).toEqual([0, 0, whole])
})

test('the kernel takes it', () => {
  const subscription = subscribe([], { onMessage: () => {}, onOverrun: () => {} })
  try {
    expect(subscription.passOverStatedEntriesOf([5, 300])).toBe(true)
    expect(subscription.passOverStatedEntriesOf(Array.from({ length: 1000 }, (_, index) => index))).toBe(true)
    expect(subscription.passOverStatedEntriesOf([])).toBe(true)
  } finally {
    subscription.close()
  }
})
