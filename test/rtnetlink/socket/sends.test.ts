/** Sends on threads: as many as are asked for at once, and reading goes on beside them. */
import { expect, onTestFinished, test } from 'vitest'
import { RtnetlinkClient } from '../../../src/rtnetlink/index.ts'
import { openNetlinkSocket } from '../../../src/rtnetlink/socket/netlink-socket.ts'

test('a thousand sends at once all leave, and the socket still reads', async () => {
  const sockets = Array.from({ length: 4 }, () => openNetlinkSocket())
  const client = new RtnetlinkClient()
  onTestFinished(() => {
    client.close()
    for (const socket of sockets) {
      socket.close()
    }
  })
  // NLMSG_NOOP, which the kernel passes over: struct nlmsghdr of 16 bytes.
  const noop = Buffer.alloc(16)
  noop.writeUInt32LE(16, 0)
  noop.writeUInt16LE(1, 4)
  const sends = sockets.flatMap((socket) => Array.from({ length: 250 }, () => socket.send(noop)))
  const links = await client.listLinks()
  expect(links.length).toBeGreaterThan(0)
  expect(await Promise.allSettled(sends)).toEqual(sends.map(() => ({ status: 'fulfilled', value: undefined })))
})
