/** `vxagent explain`: how a frame to an address leaves this host. */

import type { Explanation } from '../../agent/answers/explanation.ts'
import type { Question } from '../../agent/insight/explain/departure-point.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import { frrDir } from '../frr-dir.ts'
import { json, logLevel, readText, socket, type ValueOption, wholeNumber } from '../options.ts'
import { hint, widthOf, write, writeJson } from '../output.ts'
import { byDaemonOrKernel } from '../overlay.ts'
import { UsageError } from '../usage-error.ts'
import { watchOptions } from '../watch.ts'
import type { Command } from './command.ts'

const dev: ValueOption<string | undefined> = {
  name: 'dev',
  placeholder: 'NAME',
  description:
    'the link by which the frame begins its way: a vxlan, a bridge, a port of one; needed where there are several segments',
  fallback: undefined,
  suggestion: 'link',
  read: readText,
}
const vlan: ValueOption<number | undefined> = {
  name: 'vlan',
  placeholder: 'VLAN',
  description: 'the VLAN in which the frame enters a bridge that filters VLANs; by default its PVID',
  fallback: undefined,
  read: wholeNumber(1, 4094),
}

export const explain: Command = {
  name: 'explain',
  operands: { name: 'ADDRESS', description: 'the MAC or IP address of the overlay that the frame is for' },
  summary: 'Explain how a frame to an address leaves this host: flooded, or to which VTEP, and since when',
  details:
    "Follows the frame through the tables that the kernel will ask: the overlay's route and ARP or ND entry, the bridge and its VLAN, the vxlan's forwarding entry or its flood, and the underlay's route and next hop; tells what was seen of the address, what would change the answer, and the plain answer at the end. Where FRR’s EVPN put an entry there, tells the route behind it, if this user may ask FRR (group frrvty). Sends nothing. Asks the daemon, which remembers; without one reads the kernel itself.",
  working: 'looking',
  isWatchable: true,
  options: [dev, vlan, frrDir, ...watchOptions],
  commonOptions: [socket, json, logLevel],
  examples: [
    ['$0 explain 10.0.1.254', 'a host of the overlay, by its IP address'],
    ['$0 explain 02:00:00:00:00:fe --dev vxlan0', 'a MAC address, on one of several segments'],
    ['$0 explain 10.0.1.254 --json | jq -r .fate', 'its fate: unicast, flood, local, dropped or not overlay'],
  ],

  async run(input, io) {
    const [to, ...more] = input.operands
    if (to === undefined || more.length > 0) {
      throw new UsageError('say which address is meant: one MAC or IP address')
    }
    const query = new URLSearchParams({ to })
    const [link, id] = [input.value(dev), input.value(vlan)]
    if (link !== undefined) {
      query.set('dev', link)
    }
    if (id !== undefined) {
      query.set('vlan', `${id}`)
    }
    const question = await readQuestion(query)
    const told = await byDaemonOrKernel<Explanation>(input, `/v1/explain?${query}`, (inspector) =>
      inspector.explain(question),
    )
    const [{ withEvpnRoutes }, { askFrrIn }] = await Promise.all([
      import('../../agent/frr/with-routes.ts'),
      import('../../agent/frr/evpn-route.ts'),
    ])
    // This user asks FRR, not the daemon: whoever may not read FRR's sockets is not to read them by way of it.
    const answer = await withEvpnRoutes(told.answer, askFrrIn(input.value(frrDir)))
    if (input.has(json)) {
      await writeJson(io.stdout, answer)
      return exitCodes.ok
    }
    const { explainLines } = await import('../views/explain.ts')
    const view = { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout), now: new Date() }
    await write(io.stdout, explainLines(answer, view))
    const { explainHint } = await import('../views/hints.ts')
    await hint(io, explainHint(answer))
    return exitCodes.ok
  },
}

async function readQuestion(query: URLSearchParams): Promise<Question> {
  const { explainQuerySchema, questionOf } = await import('../../agent/publish/api/explain-query.ts')
  try {
    return questionOf(explainQuerySchema.parse(Object.fromEntries(query)))
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
