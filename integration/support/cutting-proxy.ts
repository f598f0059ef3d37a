/** A path to a member that breaks, or is slow: connections are reset after so many bytes of answers, and what passes may take its time. */

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Endpoint } from '../../src/fleet/etcd/channel.ts'
import type { Cleanup } from './namespace.ts'

/** A proxy in front of a member. */
export interface CuttingProxy {
  readonly endpoint: Endpoint
  /** Bytes of answers that each connection passes; undefined for no limit. Open connections keep theirs. */
  limit: number | undefined
  /** Milliseconds that each piece takes, either way. */
  delayMs: number
  /** Connections that were cut. */
  readonly cuts: number
  /** Resets all open connections. */
  breakAll(): void
}

/** Starts one. It ends with the test. @param address where it listens */
export async function cuttingProxy(cleanup: Cleanup, target: Endpoint, address = '127.0.0.1'): Promise<CuttingProxy> {
  const state = { limit: undefined as number | undefined, delayMs: 0, cuts: 0 }
  const slowly = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      await delay(state.delayMs)
      yield piece
    }
  }
  const open = new Set<Socket>()
  const server = createServer((near) => {
    open.add(near)
    const { limit } = state
    let left = limit ?? Number.POSITIVE_INFINITY
    const far = connect(target.port, target.host)
    pipeline(near, slowly, far, () => far.destroy())
    const answers = async (): Promise<void> => {
      for await (const bytes of slowly(far)) {
        near.write(bytes.subarray(0, left))
        left -= bytes.length
        if (left <= 0) {
          state.cuts += 1
          near.resetAndDestroy()
          far.destroy()
          return
        }
      }
    }
    answers().catch(() => near.destroy())
    near.on('close', () => {
      open.delete(near)
      far.destroy()
    })
    far.on('close', () => near.destroy())
    // A broken path is what this is for.
    near.on('error', () => {})
    far.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  cleanup(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    endpoint: { host: address, port, isTls: target.isTls },
    breakAll: () => {
      for (const socket of open) {
        socket.resetAndDestroy()
      }
    },
  })
}
