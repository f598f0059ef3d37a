/** A fleet process that says what a test gives it: for fleets that no machine has room for, and for what no fleet process should say. */
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { FleetReport, NoFleet } from '../../src/fleet/run/report.ts'
import type { Cleanup } from './namespace.ts'

export class FakeFleet {
  readonly socket: string
  /** How often it was asked. */
  asked = 0
  #says: FleetReport | NoFleet
  #server: Server | undefined

  /** @param directory of the socket */
  constructor(directory: string, says: FleetReport | NoFleet, cleanup: Cleanup) {
    this.socket = join(directory, 'fleet.sock')
    this.#says = says
    cleanup(() => this.stop())
  }

  /** It says this from now on. */
  say(says: FleetReport | NoFleet): void {
    this.#says = says
  }

  async start(): Promise<void> {
    const server = createServer((_asked, answer) => {
      this.asked += 1
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.#says))
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.socket, resolve))
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server !== undefined) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
