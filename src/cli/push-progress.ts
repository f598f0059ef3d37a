/** How far a push is, shown while it is under way. */
import type { HostStanding } from '../fleet/members/push-standing.ts'
import { paintFor } from './colour.ts'
import { type Io, widthOf } from './output.ts'

/** Shows hosts while they change: a table in place on a terminal, a line for each change elsewhere. */
export async function progressOn(io: Io): Promise<{ show(hosts: readonly HostStanding[]): void; end(): void }> {
  const { standingLine, standingLines } = await import('./views/fleet-push.ts')
  const paint = paintFor(io.stderr, io.env)
  const told = new Map<string, string>()
  const rows = (io.stderr.rows ?? 0) - 2
  let height = 0
  let text = ''
  return {
    show(hosts) {
      if (io.stderr.isTTY === true && hosts.length + 1 < rows) {
        const lines = [...standingLines(hosts, { paint, width: widthOf(io.stderr) })]
        const next = lines.join('')
        if (next !== text) {
          io.stderr.write(`${height > 0 ? `\u001b[${height}A\u001b[J` : ''}${next}`)
          text = next
          height = next.split('\n').length - 1
        }
        return
      }
      for (const host of hosts.filter(({ node, state }) => told.get(node) !== state)) {
        told.set(host.node, host.state)
        io.stderr.write(standingLine(host, paint))
      }
    },
    end() {
      height = 0
      text = ''
    },
  }
}
