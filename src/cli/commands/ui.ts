/** `vxagent ui`: the page, on a loopback port for as long as the command runs. */
import { requireNamedDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import { askReport, withReport } from '../fleet.ts'
import { fleetSocket } from '../fleet-options.ts'
import type { Input } from '../input.ts'
import { type Flag, logLevel, socket, type ValueOption, wholeNumber } from '../options.ts'
import { type Io, write } from '../output.ts'
import type { PageServerOptions } from '../ui/server.ts'
import type { Command, ExitCode } from './command.ts'

const port: ValueOption<number> = {
  name: 'port',
  placeholder: 'PORT',
  description: 'TCP port of 127.0.0.1; 0: any that is free',
  fallback: 0,
  read: wholeNumber(0, 65_535),
}

const fleet: Flag = {
  name: 'fleet',
  description: 'the fleet that this host is in, and beside it the page of this host',
}

export const ui: Command = {
  name: 'ui',
  summary: 'Show the overlay in a browser, on a loopback port for as long as this runs',
  details:
    'Opens a port of 127.0.0.1, prints the address, and serves the page, for reading only, until Ctrl-C. Only who has the address may read: its token changes on every run. From another machine: ssh -L 8080:127.0.0.1:8080 HOST vxagent ui --port 8080. With --fleet the page is about the hosts of the fleet, as the fleet process of this host knows them: pairs of hosts of one VNI as a matrix and as a picture, and what vxagent fleet check finds. Exit code 3: --fleet, and the fleet process is not running or this host is in no fleet.',
  options: [port, fleet, fleetSocket],
  commonOptions: [socket, logLevel],
  examples: [
    ['$0 ui', 'open the address that it prints'],
    ['$0 ui --port 8080', 'on a port that is known beforehand'],
    ['$0 ui --fleet', 'all hosts of the fleet, one VNI at a time'],
  ],

  async run(input, io) {
    if (input.has(fleet)) {
      // Whoever asks for a fleet where there is none, or may not ask, is to hear of it here and not in the browser.
      return withReport(input, io, async () => serve(input, io, await ofFleet(input)))
    }
    await requireNamedDaemon(input)
    const { webAssets } = await import('../../agent/publish/web/assets.ts')
    return serve(input, io, { assets: webAssets() })
  },
}

/** The page of the fleet. */
async function ofFleet(input: Input): Promise<Pick<PageServerOptions, 'assets' | 'answers'>> {
  const [{ fleetAssets }, { fleetAnswers }, { ReportSource }] = await Promise.all([
    import('../../fleet/page/assets.ts'),
    import('../../fleet/page/answers.ts'),
    import('../../fleet/page/report-source.ts'),
  ])
  return { assets: fleetAssets(), answers: fleetAnswers(new ReportSource({ ask: () => askReport(input) })) }
}

/** Serves until a signal says that it is enough. */
async function serve(input: Input, io: Io, content: Pick<PageServerOptions, 'assets' | 'answers'>): Promise<ExitCode> {
  const { servePage } = await import('../ui/server.ts')
  const page = await servePage({ socketPath: input.value(socket), port: input.value(port), ...content })
  const ended = new Promise<void>((resolve) => {
    io.signals.on('SIGINT', resolve)
    io.signals.on('SIGTERM', resolve)
  })
  await write(io.stdout, `${page.url}\n`)
  await ended
  await page.close()
  return exitCodes.ok
}
