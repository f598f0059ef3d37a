/** vxagent and another program that configures the network, as services of one machine: an overlay over the device that both have. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { type Machine, machine } from './machine.ts'
import { type Cleanup, type Namespace, namespace } from './namespace.ts'
import { builtPackage } from './package.ts'
import { converged, declare, install } from './service.ts'

/** Where `npm run coexistence` has put packages, a folder each; nothing when the tests run without it. */
const packages = process.env['VXAGENT_TEST_PACKAGES']

/** Whether there is time for all that can be tried, and not only for what is most likely. */
export const isThorough = packages !== undefined

/** Whether the package has been fetched for the tests. */
export function isFetched(name: string): boolean {
  return packages !== undefined && existsSync(join(packages, name))
}

/** What such programs may have been told on this machine. */
const settings = [
  ...[
    'etc/netplan',
    'etc/systemd/network',
    'run/systemd/network',
    'etc/network/interfaces',
    'etc/network/interfaces.d',
  ],
  ...['etc/NetworkManager/system-connections', 'etc/NetworkManager/conf.d', 'etc/frr/frr.conf'],
]

/** The underlay's address, which the other program is to set, and the peer's. */
export const underlayAddress = '10.0.2.1/24'
export const peerUnderlayAddress = '10.0.2.2'
export const peerOverlayAddress = '10.0.1.2'

/** A segment, a VTEP that answers on it, and an entry; and one more segment behind a bridge. */
export const overlay = {
  vxlans: {
    vxlan0: {
      id: 42,
      dev: 'eth1',
      dstport: 4789,
      addresses: ['10.0.1.1/24'],
      remotes: [peerUnderlayAddress, '10.0.2.3'],
      fdb: [{ mac: '02:00:00:00:00:77', dst: '10.0.2.3' }],
    },
    vxlan1: { id: 43, dstport: 4789, remotes: ['10.0.2.3'] },
  },
  bridges: { br42: { addresses: ['10.0.3.1/24'], ports: { vxlan1: {} } } },
}
const names = ['vxlan0', 'vxlan1', 'br42']

export interface Site {
  readonly host: Machine
  /** The other end of eth1. */
  readonly peer: Namespace
}

/**
 * A machine with vxagent, that has booted: eth1 without an address, the overlay declared over it, and on the other end a VTEP made by
 * iproute2.
 * @param services of those that the machine has masked else
 * @param fetched packages to install as well
 * @param isWithUdev whether udev is to serve the links from the next boot on
 */
export async function site(
  cleanup: Cleanup,
  {
    services,
    fetched = [],
    isWithUdev = false,
  }: { readonly services: readonly string[]; readonly fetched?: readonly string[]; readonly isWithUdev?: boolean },
): Promise<Site> {
  const path = await builtPackage()
  const [network, peer] = [await namespace(cleanup), await namespace(cleanup)]
  await connect(network, peer)
  await peer.ip(`link add vxlan0 type vxlan id 42 dev eth1 dstport 4789 remote ${underlayAddress.split('/')[0]}`)
  await peer.ip(`address add ${peerOverlayAddress}/24 dev vxlan0`)
  await peer.ip('link set vxlan0 up')

  const host = await machine(network, cleanup, { services })
  for (const name of settings) {
    rmSync(join(host.root, name), { recursive: true, force: true })
  }
  writeBystanders(host)
  await host.boot()
  await host.run('systemctl', 'enable', 'test-firewall', 'test-online')
  await installFetched(host, isWithUdev ? [...fetched, 'udev'] : fetched)
  if (isWithUdev) {
    serveLinks(host)
    await host.run('systemctl', 'enable', 'writable-sys')
  }
  const installed = await install(host, path)
  expect(installed, installed.stderr).toMatchObject({ code: 0 })
  await declare(host, 'overlay.json', overlay)
  await converged(host)
  return { host, peer }
}

/** The veth pair between the two, its ends named eth1, up; the far one with its address. */
export async function connect(host: Namespace, peer: Namespace): Promise<void> {
  await host.ip(`link add eth1 type veth peer name eth1 netns ${peer.name}`)
  await peer.ip(`address add ${peerUnderlayAddress}/24 dev eth1`)
  await peer.ip('link set eth1 up')
  await host.ip('link set eth1 up')
}

async function installFetched(host: Machine, fetched: readonly string[]): Promise<void> {
  const there = '/root/packages'
  mkdirSync(join(host.root, there), { recursive: true })
  const files = fetched.flatMap((name) => {
    const from = join(packages ?? '', name)
    return readdirSync(from)
      .filter((file) => file.endsWith('.deb'))
      .map((file) => ({ file, from: join(from, file) }))
  })
  for (const { file, from } of files) {
    copyFileSync(from, join(host.root, there, file))
  }
  // What this machine has already was not fetched.
  if (files.length > 0) {
    const paths = [...new Set(files.map(({ file }) => `${there}/${file}`))]
    await host.run('env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', '--install', '--force-confnew', ...paths)
  }
}

/**
 * Lets udev serve the machine's links from its next boot on. systemd-nspawn mounts /sys read-only, where udev does not start; this
 * mounts one for the machine's own network over it. Of udev's rules those for links stay, and nothing else is triggered.
 */
function serveLinks(host: Machine): void {
  const rules = join(host.root, 'lib/udev/rules.d')
  const kept = /^(75-net-description|80-net-setup-link|84-nm-drivers|85-nm-unmanaged|99-systemd)\.rules$/
  for (const name of readdirSync(rules).filter((each) => !kept.test(each))) {
    rmSync(join(rules, name))
  }
  host.writeOffline(
    '/etc/systemd/system/writable-sys.service',
    `[Unit]
DefaultDependencies=no
Before=systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'mkdir /run/sys; mount -t sysfs sysfs /run/sys; mount --rbind /sys/fs/cgroup /run/sys/fs/cgroup; mount --rbind /run/sys /sys'
[Install]
WantedBy=sysinit.target
`,
  )
  host.writeOffline(
    '/etc/systemd/system/systemd-udev-trigger.service.d/links.conf',
    '[Service]\nExecStart=\nExecStart=-udevadm trigger --subsystem-match=net --action=add\n',
  )
}

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON has no types here.
type Shown = any

/** How closely the overlay is looked at: all that iproute2 shows of it but clocks, or only what the desired files state. */
type Closeness = 'all' | 'stated'

/** The overlay as iproute2 shows it: links, addresses and the entries that somebody has put there. */
async function overlayPicture({ host: network }: Machine, closeness: Closeness): Promise<unknown> {
  return eventually(async () => {
    const links: Shown[] = await network.json('ip -d -j link show')
    const addresses: Shown[] = await network.json('ip -j address show')
    const entries: Shown[] = await network.json('bridge -d -j fdb show')
    const ours = ({ ifname }: Shown): boolean => names.includes(ifname)
    const infos: Shown[] = addresses
      .filter(ours)
      .flatMap((link) => link.addr_info.map((one: Shown) => ({ ...one, on: link.ifname })))
    // The kernel's own link-local address is being probed at first.
    expect(infos.filter(({ tentative }) => tentative)).toEqual([])
    const put = entries.filter((entry) => ours(entry) && entry.state === 'permanent')
    if (closeness === 'stated') {
      return {
        links: links.filter(ours).map(({ ifname, address, mtu, master, flags, linkinfo }) => {
          const { id, port, link } = linkinfo.info_data ?? {}
          return { ifname, address, mtu, master, isUp: flags.includes('UP'), id, port, link }
        }),
        addresses: infos
          .filter(({ scope }) => scope === 'global')
          .map(({ on, local, prefixlen }) => [on, local, prefixlen]),
        entries: put
          .filter(({ dst }) => dst !== undefined)
          .map(({ ifname, mac, dst }) => `${ifname} ${mac} ${dst}`)
          .toSorted(),
      }
    }
    const text = JSON.stringify({
      links: links.filter(ours),
      addresses: infos,
      entries: put.map((entry) => JSON.stringify(entry)).toSorted(),
    })
    return JSON.parse(text, (key, value) => (key.endsWith('timer') ? undefined : value))
  })
}

/** What vxagent had to repair so far. */
export async function repairs(host: Machine): Promise<number> {
  return (await converged(host)).counters.repairs
}

/** How long what a program does later on is waited for, milliseconds. */
const settleMs = 600

/**
 * Has an operation done, and sees that the overlay is as before: the same links with the same addresses and entries, and `vxagent
 * status` content. Gives how much vxagent had to repair for it.
 */
export async function keepsOverlay(
  host: Machine,
  operation: () => Promise<unknown>,
  closeness: Closeness = 'all',
): Promise<number> {
  const before = await overlayPicture(host, closeness)
  const already = await repairs(host)
  await operation()
  await delay(settleMs)
  const now = await repairs(host)
  expect(await overlayPicture(host, closeness)).toEqual(before)
  // One of the VTEPs that the overlay names is nobody's.
  const { code, stdout } = await host.finish('vxagent', 'status', '--ignore-health')
  expect(code, stdout).toBe(0)
  return now - already
}

/** Waits until the underlay's address is set, by whomever, and a ping through the tunnel comes back. */
export async function carriesTraffic({ host }: Site): Promise<void> {
  await eventually(
    async () => {
      const [eth1] = await host.host.json('ip -j address show dev eth1')
      expect(eth1.addr_info).toContainEqual(expect.objectContaining({ local: '10.0.2.1' }))
    },
    { timeoutMs: 20_000 },
  )
  await eventually(async () => expect(await host.host.canPing(peerOverlayAddress)).toBe(true), { timeoutMs: 20_000 })
}

/** eth1 with its addresses, and the routes through it: what the other program has set. */
export async function underlayPicture({ host: network }: Machine): Promise<unknown> {
  return eventually(async () => {
    const [{ ifindex: _, ...eth1 }]: Shown[] = await network.json('ip -d -j address show dev eth1')
    expect(eth1.addr_info.filter(({ tentative }: Shown) => tentative)).toEqual([])
    return { eth1, routes: await network.json('ip -j route show dev eth1') }
  })
}

/** Changes, deletes and makes the overlay anew, vxagent's own restart among it: what that does to others is for the caller to see. */
export async function exerciseOverlay(host: Machine): Promise<void> {
  const { vxlan0 } = overlay.vxlans
  await declare(host, 'overlay.json', { ...overlay, vxlans: { ...overlay.vxlans, vxlan0: { ...vxlan0, id: 44 } } })
  await shows(host, 'vxlan0', (link) => expect(link?.linkinfo.info_data.id).toBe(44))
  await declare(host, 'overlay.json', {})
  // Nothing is to be left, so a person has to say that it is meant.
  await host.finish('vxagent', 'apply')
  await shows(host, 'vxlan0', (link) => expect(link).toBeUndefined())
  await declare(host, 'overlay.json', overlay)
  await shows(host, 'vxlan0', (link) => expect(link?.linkinfo.info_data.id).toBe(42))
  await host.run('systemctl', 'restart', 'vxagent')
  await converged(host)
}

async function shows(host: Machine, name: string, claim: (link: Shown) => void): Promise<void> {
  await eventually(async () => {
    const links: Shown[] = await host.host.json('ip -d -j link show')
    claim(links.find(({ ifname }) => ifname === name))
  })
}

/** Units that stand for what a host has: a firewall before the network, and a service that waits for the network. */
function writeBystanders(host: Machine): void {
  host.writeOffline(
    '/etc/systemd/system/test-firewall.service',
    `[Unit]
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sleep 0.3
[Install]
WantedBy=sysinit.target
`,
  )
  host.writeOffline(
    '/etc/systemd/system/test-online.service',
    `[Unit]
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip -br address show dev vxlan0 >/run/test-online; bridge fdb show dev vxlan0 >>/run/test-online'
[Install]
WantedBy=multi-user.target
`,
  )
}

/** When units became active at boot, microseconds since the kernel's start. */
async function activeAt<Names extends string>(host: Machine, units: readonly Names[]): Promise<Record<Names, number>> {
  const at = {} as Record<Names, number>
  for (const unit of units) {
    at[unit] = Number(await host.property(unit, 'ActiveEnterTimestampMonotonic'))
    expect(at[unit], `${unit} has become active`).toBeGreaterThan(0)
  }
  return at
}

/** Boots anew, and sees who came when: the firewall, network-pre.target, vxagent, network-online.target, and who waits for it. */
export async function bootsInOrder(host: Machine, manager: string): Promise<void> {
  await host.powerOff()
  await host.boot()
  await converged(host)
  const at = await activeAt(host, [
    ...(['test-firewall.service', 'network-pre.target', 'vxagent.service'] as const),
    ...(['network-online.target', 'test-online.service'] as const),
  ])
  const started = Number(await host.property('vxagent.service', 'ExecMainStartTimestampMonotonic'))
  expect(at['test-firewall.service']).toBeLessThanOrEqual(at['network-pre.target'])
  expect(at['network-pre.target']).toBeLessThanOrEqual(started)
  expect(at['vxagent.service']).toBeLessThanOrEqual(at['network-online.target'])
  expect(at['network-online.target']).toBeLessThanOrEqual(at['test-online.service'])
  const seen = await host.run('cat', '/run/test-online')
  expect(seen).toContain('10.0.1.1/24')
  expect(seen).toContain(`00:00:00:00:00:00 dst ${peerUnderlayAddress} self permanent`)
  const [other] = Object.values(await activeAt(host, [manager]))
  const ms = (value = 0): string => ((value - at['network-pre.target']) / 1000).toFixed(0)
  process.stdout.write(
    `boot, milliseconds after network-pre.target: vxagent started ${ms(started)}, ready ${ms(at['vxagent.service'])}; ` +
      `${manager} ${ms(other)}; network-online.target ${ms(at['network-online.target'])}\n`,
  )
}
