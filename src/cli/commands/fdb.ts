/** `vxagent fdb`: the forwarding entries that the kernel has. */
import type { Iproute2FdbEntry } from '../../agent/publish/iproute2/iproute2-fdb.ts'
import type { Iproute2Link } from '../../agent/publish/iproute2/iproute2-link.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Flag, json, logLevel, readText, type ValueOption } from '../options.ts'
import { widthOf, write, writeJson } from '../output.ts'
import { readIp, readMac } from '../read-address.ts'
import { namesOf, vxlanOf } from '../views/link-words.ts'
import { watchOptions } from '../watch.ts'
import type { Command } from './command.ts'

const dev: ValueOption<string | undefined> = {
  name: 'dev',
  placeholder: 'NAME',
  description: 'entries of this link only',
  fallback: undefined,
  suggestion: 'link',
  read: readText,
}
const mac: ValueOption<string | undefined> = {
  name: 'mac',
  placeholder: 'MAC',
  description: 'entries for this MAC address only; 00:00:00:00:00:00 for where frames are flooded to',
  fallback: undefined,
  read: readMac,
}
const dst: ValueOption<string | undefined> = {
  name: 'dst',
  placeholder: 'IP',
  description: 'entries that lead to this VTEP or multicast group only',
  fallback: undefined,
  read: readIp,
}
const all: Flag = { name: 'all', description: 'entries of every link, not of vxlan links alone' }

export const fdb: Command = {
  name: 'fdb',
  summary: 'Show the forwarding entries that the kernel has',
  details:
    'Reads the kernel itself, daemon or not, and needs no privileges. --json prints what `bridge -d -j fdb show` prints: every entry, unless --dev, --mac or --dst say which. Kinds: flood, where frames without an entry of their own go; learned, from traffic; extern_learn, by a control plane; static and permanent.',
  working: 'reading the forwarding table',
  isWatchable: true,
  options: [dev, mac, dst, all, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fdb', 'the entries of the vxlan links'],
    ['$0 fdb --dst 10.0.2.254', 'which MAC addresses are behind one VTEP'],
    ['$0 fdb --dev vxlan0 --mac 00:00:00:00:00:00', 'where vxlan0 floods to'],
  ],

  async run(input, io) {
    const [{ readFdb }, { fdbLines }] = await Promise.all([import('../kernel.ts'), import('../views/fdb.ts')])
    const { links, entries } = await readFdb()
    const wanted = { dev: input.value(dev), mac: input.value(mac), dst: input.value(dst) }
    const asked = selectEntries(entries, links, wanted)
    if (input.has(json)) {
      await writeJson(io.stdout, asked)
      return exitCodes.ok
    }
    const shown = wanted.dev !== undefined || input.has(all) ? asked : overlayEntries(asked, links)
    const hidden = asked.length - shown.length
    const paint = paintFor(io.stdout, io.env)
    await write(io.stdout, fdbLines(shown, { hidden, paint, width: widthOf(io.stdout) }))
    return exitCodes.ok
  },
}

/** The entries of this device, for this MAC address, to this VTEP, as far as each is given. Throws when there is no such device. */
export function selectEntries(
  entries: readonly Iproute2FdbEntry[],
  links: readonly Iproute2Link[],
  wanted: { readonly dev: string | undefined; readonly mac: string | undefined; readonly dst: string | undefined },
): Iproute2FdbEntry[] {
  const device = links.find((link) => namesOf(link).includes(wanted.dev ?? ''))
  if (wanted.dev !== undefined && device === undefined) {
    throw new Error(`there is no link ${wanted.dev}`)
  }
  return entries.filter(
    ({ ifname, mac, dst }) =>
      (device === undefined || ifname === device.ifname) &&
      (wanted.mac === undefined || mac === wanted.mac) &&
      (wanted.dst === undefined || dst === wanted.dst),
  )
}

/** The entries of vxlan links. A bridge's entries that lead into the overlay bear the name of its vxlan port, and so are among them. */
export function overlayEntries(
  entries: readonly Iproute2FdbEntry[],
  links: readonly Iproute2Link[],
): Iproute2FdbEntry[] {
  const overlay = new Set(links.filter((link) => vxlanOf(link) !== undefined).map(({ ifname }) => ifname))
  return entries.filter(({ ifname }) => overlay.has(ifname))
}
