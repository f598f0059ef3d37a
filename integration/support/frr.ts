/** The real FRR: zebra and bgpd with BGP EVPN in a host, as a control plane beside vxagent. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Held } from './command.ts'
import { eventually } from './eventually.ts'
import type { Cleanup, Namespace } from './namespace.ts'

const daemons = '/usr/lib/frr'

/** Whether FRR is installed (Debian package `frr`, which `./check` installs). */
export const isFrrInstalled = existsSync(join(daemons, 'zebra'))

/** Starts FRR in a host as a BGP EVPN speaker with one neighbour of the same AS. It ends with the test. Gives the directory of its vty sockets. */
export async function startFrr(
  host: Namespace,
  { address, neighbour }: { readonly address: string; readonly neighbour: string },
  cleanup: Cleanup,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-frr-'))
  cleanup(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'zebra.conf'), '')
  writeFileSync(
    join(directory, 'bgpd.conf'),
    `router bgp 65001
 bgp router-id ${address}
 no bgp default ipv4-unicast
 neighbor ${neighbour} remote-as 65001
 neighbor ${neighbour} timers connect 1
 address-family l2vpn evpn
  neighbor ${neighbour} activate
  advertise-all-vni
 exit-address-family
`,
  )
  mkdirSync(join(directory, 'run'))
  // It gives up root, and its configuration and sockets must be its own then.
  execFileSync('chown', ['-R', 'frr:frr', directory])
  const start = (daemon: string, ...more: readonly string[]): Held =>
    host.hold(join(daemons, daemon), [
      ...['-u', 'frr', '-g', 'frr', '-P', '0'],
      ...['-f', join(directory, `${daemon}.conf`), '-i', join(directory, 'run', `${daemon}.pid`)],
      ...['-z', join(directory, 'run/zserv.api'), '--vty_socket', join(directory, 'run')],
      ...more,
    ])
  const zebra = start('zebra')
  await eventually(() => {
    if (!existsSync(join(directory, 'run/zserv.api'))) {
      throw new Error(`zebra does not listen: ${zebra.output()}`)
    }
  })
  const bgpd = start('bgpd', '-l', address)
  cleanup(async () => {
    for (const daemon of [bgpd, zebra]) {
      daemon.process.kill('SIGTERM')
      await daemon.finished
    }
  })
  return join(directory, 'run')
}
