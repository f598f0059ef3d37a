import { EventEmitter } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import type { FleetVtep } from '../../../src/agent/answers/fleet.ts'
import { nonceBytes, writePacket } from '../../../src/fleet/probe/packet.ts'

const made: FakeSocket[] = []

/** As node:dgram: a port that is none is an error of whoever sends. */
class FakeSocket extends EventEmitter {
  readonly sent: { readonly port: number; readonly address: string }[] = []
  bind(): void {}
  close(): void {}
  send(_: Buffer, port: number, address: string): void {
    if (port === 0) {
      throw new RangeError('ERR_SOCKET_BAD_PORT')
    }
    this.sent.push({ port, address })
  }
}

vi.mock('node:dgram', () => ({
  createSocket: () => {
    const socket = new FakeSocket()
    made.push(socket)
    return socket
  },
}))
vi.mock('../../../src/agent/host/device-socket.ts', () => ({ openDeviceSocket: () => 3 }))

const { Responder } = await import('../../../src/fleet/probe/responder.ts')

afterEach(() => {
  made.length = 0
})

test('a forged packet from port 0 is refused, and the next one is answered', () => {
  const place = { device: 'vxlan0', index: 5, mtu: 1450, addresses: ['10.0.1.1'] }
  const vtep: FleetVtep = {
    ...{ address: '10.0.2.1', dstport: 4789, mtu: 1450, underlayMtu: 1500, mac: '02:00:00:00:00:0a' },
    ...{ learning: true, gbp: false, gpe: false, addresses: [], probe: place },
  }
  const done: string[] = []
  const responder = new Responder({
    ...{ self: 'one', link: { name: 'vxlan0', vni: 42, vtep, place }, port: 14_789 },
    senderAt: (_vni, address) => (address === '10.0.1.2' ? 'two' : undefined),
    allowances: { take: () => true } as never,
    onHeard: () => {},
    onDone: (what) => done.push(what),
    onError: (error) => expect.unreachable(error.message),
    now: () => 0,
  })
  const [socket] = made
  const request = writePacket({
    ...{ kind: 'request', vni: 42, length: 72, otherLength: 72, isRepeated: false, number: 1 },
    nonce: Buffer.alloc(nonceBytes),
  })
  socket?.emit('message', request, { address: '10.0.1.2', port: 0 })
  socket?.emit('message', request, { address: '10.0.1.2', port: 5555 })
  expect(done).toEqual(['refused', 'answered'])
  expect(socket?.sent).toEqual([{ port: 5555, address: '10.0.1.2' }])
  responder.close()
})
