/** Answers every probe, at whatever address it comes to, as src/fleet/probe/packet.ts has it. */
import { createSocket } from 'node:dgram'
import { answerQuestions } from '../support/child.js'

/** @type {Map<string, import('node:dgram').Socket>} */
const sockets = new Map()

answerQuestions({
  async listen({ port }) {
    const { networkInterfaces } = await import('node:os')
    // One socket for each address: the answer is to come from the address that was asked.
    for (const { address, family } of networkInterfaces()['vxlan0'] ?? []) {
      if (family === 'IPv4') {
        const socket = createSocket('udp4')
        sockets.set(address, socket)
        socket.on('message', (request, from) => {
          const answer = Buffer.alloc(request.readUInt16BE(12))
          request.copy(answer, 0, 0, 36)
          answer.writeUInt8(2, 5)
          answer.writeUInt16BE(answer.length, 10)
          answer.writeUInt16BE(request.length, 12)
          socket.send(answer, from.port, from.address)
        })
        await new Promise((resolve) => socket.bind({ address, port }, () => resolve(undefined)))
      }
    }
    return true
  },
})
