/** The forwarding table, from the request on the agent's socket to its answer. */
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { addReadRoutes, type Readings } from '../../src/agent/publish/api/read-routes.ts'
import { startServer } from '../../src/agent/publish/api/server.ts'
import { largeTable } from '../../test/agent/publish/metrics/support.ts'
import type { Ends } from './main.ts'

export async function getFdb({ begin, end }: Ends, directory: string): Promise<void> {
  const path = join(directory, 'sock')
  const metrics = { text: async () => '', contentType: 'text/plain' }
  const readings = { observer: { observed: largeTable(3, 3) }, metrics } as unknown as Readings
  const routes = { read: (api: Parameters<typeof addReadRoutes>[0]) => addReadRoutes(api, readings), write() {} }
  const server = await startServer(path, routes, pino({ level: 'silent' }))
  begin()
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ socketPath: path, path: '/v1/fdb' }, resolve).on('error', reject)
  })
  await text(response)
  end()
  await server.close()
}
