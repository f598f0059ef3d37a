/** A path to a member that breaks: connections are reset after so many bytes of answers. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Endpoint } from '../../src/fleet/etcd/channel.ts'
import type { Cleanup } from './namespace.ts'

/** A proxy in front of a member. */
export interface CuttingProxy {
  readonly endpoint: Endpoint
  /** Bytes of answers that each connection passes; undefined for no limit. Open connections keep theirs. */
  limit: number | undefined
  /** Connections that were cut. */
  readonly cuts: number
  /** Resets all open connections. */
  breakAll(): void
}

/** Starts one. It ends with the test. */
export async function cuttingProxy(cleanup: Cleanup, target: Endpoint): Promise<CuttingProxy> {
  const state = { limit: undefined as number | undefined, cuts: 0 }
  const open = new Set<Socket>()
  const server = createServer((near) => {
    open.add(near)
    const { limit } = state
    let left = limit ?? Number.POSITIVE_INFINITY
    const far = connect(target.port, target.host)
    near.pipe(far)
    far.on('data', (bytes) => {
      near.write(bytes.subarray(0, left))
      left -= bytes.length
      if (left <= 0) {
        state.cuts += 1
        near.resetAndDestroy()
        far.destroy()
      }
    })
    near.on('close', () => {
      open.delete(near)
      far.destroy()
    })
    far.on('close', () => near.destroy())
    // A broken path is what this is for.
    near.on('error', () => {})
    far.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    endpoint: { host: '127.0.0.1', port, isTls: target.isTls },
    breakAll: () => {
      for (const socket of open) {
        socket.resetAndDestroy()
      }
    },
  })
}
