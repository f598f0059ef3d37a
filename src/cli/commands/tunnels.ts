/** `vxagent tunnels`: the remote VTEPs and groups of each VNI, how each is known, and whether the underlay reaches it. */
import type { Tunnels } from '../../agent/answers/tunnel.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import { json, logLevel, readText, socket, type ValueOption, wholeNumber } from '../options.ts'
import { hint, widthOf, write, writeJson } from '../output.ts'
import { byDaemonOrKernel } from '../overlay.ts'
import { readIp } from '../read-address.ts'
import { watchOptions } from '../watch.ts'
import type { Command } from './command.ts'

const dev: ValueOption<string | undefined> = {
  name: 'dev',
  placeholder: 'NAME',
  description: 'tunnels of this vxlan link only',
  fallback: undefined,
  suggestion: 'link',
  read: readText,
}
const vni: ValueOption<number | undefined> = {
  name: 'vni',
  placeholder: 'VNI',
  description: 'tunnels of this VNI only',
  fallback: undefined,
  read: wholeNumber(0, 16_777_215),
}
const vtep: ValueOption<string | undefined> = {
  name: 'vtep',
  placeholder: 'IP',
  description: 'tunnels to this VTEP or multicast group only',
  fallback: undefined,
  read: readIp,
}

export const tunnels: Command = {
  name: 'tunnels',
  summary: 'Show the remote VTEPs and groups of each VNI, and whether the underlay reaches them',
  details:
    'Asks the daemon, which knows since when each is known; without one, or without the right to ask it, reads the kernel itself. KNOWN BY: learned, from traffic; static, an entry for a MAC address; head-end, a destination of floods; fleet, a member of the fleet, whose name stands beside the address; group, the multicast group that floods go to; extern_learn, by a control plane. A group that this host has not joined shows as such. Counters are those of the whole VNI: the kernel has none for a VTEP. --json prints an object with tunnels and vnis.',
  working: 'looking up the ways',
  isWatchable: true,
  options: [dev, vni, vtep, ...watchOptions],
  commonOptions: [socket, json, logLevel],
  examples: [
    ['$0 tunnels', 'one row for each remote of each VNI'],
    ['$0 tunnels --vtep 10.0.2.254', 'what leads to one VTEP'],
    [
      "$0 tunnels --json | jq '.tunnels[] | select(.underlay.isResolved | not)'",
      'those that the underlay does not reach',
    ],
  ],

  async run(input, io) {
    const { answer, isOfDaemon } = await byDaemonOrKernel<Tunnels>(input, '/v1/tunnels', (inspector) =>
      inspector.tunnels(),
    )
    const wanted = { dev: input.value(dev), vni: input.value(vni), vtep: input.value(vtep) }
    const shown = selectTunnels(answer, wanted)
    await requireLink(wanted.dev, answer)
    if (input.has(json)) {
      await writeJson(io.stdout, shown)
      return exitCodes.ok
    }
    const { tunnelsLines } = await import('../views/tunnels.ts')
    const isNarrowed = Object.values(wanted).some((value) => value !== undefined)
    const view = {
      paint: paintFor(io.stdout, io.env),
      width: widthOf(io.stdout),
      now: new Date(),
      isOfDaemon,
      isNarrowed,
    }
    await write(io.stdout, tunnelsLines(shown, view))
    const { tunnelsHint } = await import('../views/hints.ts')
    await hint(io, tunnelsHint(shown.tunnels))
    return exitCodes.ok
  },
}

/** Throws when there is no link of that name: to show nothing of it would be to say that it has no tunnels. */
async function requireLink(name: string | undefined, { tunnels: rows, vnis }: Tunnels): Promise<void> {
  const isKnown = [...rows, ...vnis].some(({ ifname }) => ifname === name)
  if (name === undefined || isKnown) {
    return
  }
  const { isLinkThere } = await import('../kernel.ts')
  if (!(await isLinkThere(name))) {
    throw new Error(`there is no link ${name}; vxagent links shows those that there are`)
  }
}

/** Those of this link, this VNI and this remote, as far as each is given. */
export function selectTunnels(
  { tunnels: rows, vnis, ...rest }: Tunnels,
  wanted: { readonly dev: string | undefined; readonly vni: number | undefined; readonly vtep: string | undefined },
): Tunnels {
  const isOf = (row: { readonly ifname: string; readonly vni: number }): boolean =>
    (wanted.dev === undefined || row.ifname === wanted.dev) && (wanted.vni === undefined || row.vni === wanted.vni)
  return {
    tunnels: rows.filter((row) => isOf(row) && (wanted.vtep === undefined || row.remote === wanted.vtep)),
    vnis: vnis.filter(isOf),
    ...rest,
  }
}
