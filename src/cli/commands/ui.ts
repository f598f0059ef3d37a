/** `vxagent ui`: the page, on a loopback port for as long as the command runs. */
import { requireNamedDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import { logLevel, socket, type ValueOption, wholeNumber } from '../options.ts'
import { write } from '../output.ts'
import type { Command } from './command.ts'

const port: ValueOption<number> = {
  name: 'port',
  placeholder: 'PORT',
  description: 'TCP port of 127.0.0.1; 0: any that is free',
  fallback: 0,
  read: wholeNumber(0, 65_535),
}

export const ui: Command = {
  name: 'ui',
  summary: 'Show the overlay in a browser, on a loopback port for as long as this runs',
  details:
    'Opens a port of 127.0.0.1, prints the address, and passes on what the daemon says, for reading only, until Ctrl-C. Whoever has the address may read, so its token is other each time. From another machine: ssh -L 8080:127.0.0.1:8080 HOST vxagent ui --port 8080.',
  options: [port],
  commonOptions: [socket, logLevel],
  examples: [
    ['$0 ui', 'open the address that it prints'],
    ['$0 ui --port 8080', 'on a port that is known beforehand'],
  ],

  async run(input, io) {
    const [{ webAssets }, { servePage }] = await Promise.all([
      import('../../agent/publish/web/assets.ts'),
      import('../ui/server.ts'),
    ])
    await requireNamedDaemon(input)
    const page = await servePage({ socketPath: input.value(socket), port: input.value(port), assets: webAssets() })
    const ended = new Promise<void>((resolve) => {
      io.signals.on('SIGINT', resolve)
      io.signals.on('SIGTERM', resolve)
    })
    await write(io.stdout, `${page.url}\n`)
    await ended
    await page.close()
    return exitCodes.ok
  },
}
