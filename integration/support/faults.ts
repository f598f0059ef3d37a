/** Thirteen faults that people run into with VXLAN: how each is brought about on two or three hosts, and what shows that it is one. */
import type { HealthCheckCode } from '../../src/agent/answers/health.ts'
import type { EventKind } from '../../src/agent/answers/overlay-event.ts'
import type { Cleanup, Namespace } from './namespace.ts'
import { namespace } from './namespace.ts'

/** Two hosts of one segment and the switch between them; a third one where a fault needs it. */
export interface Scene {
  readonly theSwitch: Namespace
  readonly here: Namespace
  readonly there: Namespace
  readonly third: Namespace
}

export interface Fault {
  readonly name: string
  /** What `here` declares for vxlan0 besides `id: 42` and `dstport: 4789`. */
  readonly spec?: object
  readonly bridges?: object
  /** Before the daemon starts. */
  readonly prepare?: (scene: Scene) => Promise<void>
  /** The fault itself. Left out: it is in what was prepared or declared. */
  readonly cause?: (scene: Scene) => Promise<void>
  /** Which pings still get an answer: none unless told otherwise; those of usual size; now this one, now that. */
  readonly passes?: 'small ones' | 'by chance'
  /** Bytes of a ping that gets none, where small ones pass. */
  readonly lost?: number
  readonly expected: {
    /** The checks of which one finding at least is there. */
    readonly checks: readonly HealthCheckCode[]
    /** Whether `status` is impaired: exit code 5. */
    readonly isFault: boolean
    readonly event?: EventKind
    /** What `doctor` says that it cannot see. */
    readonly unseen?: RegExp
  }
}

/** The address of `there` in the overlay. */
export const far = '10.0.1.2'
export const macThere = '02:00:00:00:00:02'

/** Hosts with addresses on eth1, the far ends' links made by hand. IPv6 is off, so that nothing is sent but the pings. */
export async function scene(cleanup: Cleanup): Promise<Scene> {
  const [theSwitch, here, there, third] = await Promise.all([1, 2, 3, 4].map(() => namespace(cleanup)))
  if (theSwitch === undefined || here === undefined || there === undefined || third === undefined) {
    throw new Error('four namespaces are needed')
  }
  await theSwitch.ipBatch('link add switch type bridge mcast_snooping 0\nlink set switch up')
  for (const [name, host, last] of [
    ['here', here, 1],
    ['there', there, 2],
    ['third', third, 3],
  ] as const) {
    await host.run('sysctl', ['-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1'])
    await theSwitch.ip(`link add ${name} mtu 1500 type veth peer name eth1 netns ${host.name}`)
    await theSwitch.ip(`link set ${name} master switch up`)
    await host.ipBatch(`address add 10.0.2.${last}/24 dev eth1\nlink set eth1 up`)
  }
  // A next hop that is gone is to be noticed within seconds rather than a minute.
  await here.run('sysctl', [
    '-qw',
    'net.ipv4.neigh.eth1.base_reachable_time_ms=2000',
    'net.ipv4.neigh.eth1.delay_first_probe_time=1',
  ])
  return { theSwitch, here, there, third }
}

/** The far end: what `there` has unless the fault makes it otherwise. */
export async function farEnd({ there }: Scene, link = 'remote 10.0.2.1'): Promise<void> {
  await there.ipBatch(`
    link add vxlan0 address ${macThere} type vxlan id 42 dev eth1 ${link} dstport 4789
    address add ${far}/24 dev vxlan0
    link set vxlan0 up`)
}

/** Makes the far end again, otherwise. */
async function otherFarEnd({ there }: Scene, link: string): Promise<void> {
  await there.ipBatch(`
    link del vxlan0
    link add vxlan0 address ${macThere} type vxlan ${link}
    address add ${far}/24 dev vxlan0
    link set vxlan0 up`)
}

const toThere = { dev: 'eth1', remotes: ['10.0.2.2'], addresses: ['10.0.1.1/24'] }
const toGroup = { dev: 'eth1', group: '239.1.1.1', addresses: ['10.0.1.1/24'] }

export const faults: readonly Fault[] = [
  {
    name: 'the underlay is down',
    cause: async ({ here }) => void (await here.ip('link set eth1 down')),
    expected: { checks: ['underlay-device'], isFault: true, event: 'fault' },
  },
  {
    name: 'the underlay has lost its carrier',
    cause: async ({ theSwitch }) => void (await theSwitch.ip('link set here down')),
    expected: { checks: ['underlay-device'], isFault: true, event: 'fault' },
  },
  {
    name: 'the peer is dead',
    cause: async ({ there }) => void (await there.ip('link set eth1 down')),
    expected: { checks: ['next-hop'], isFault: true, event: 'unreachable' },
  },
  {
    name: 'the peer’s vxlan is down',
    cause: async ({ there }) => void (await there.ip('link set vxlan0 down')),
    expected: { checks: ['silence', 'udp-ports'], isFault: true, event: 'fault' },
  },
  {
    name: 'the VNI is another one at the other end',
    cause: (all) => otherFarEnd(all, 'id 43 dev eth1 remote 10.0.2.1 dstport 4789'),
    expected: { checks: ['silence'], isFault: true, event: 'fault', unseen: /VNI, UDP port and MTU of the other end/ },
  },
  {
    name: 'the UDP ports differ',
    cause: (all) => otherFarEnd(all, 'id 42 dev eth1 remote 10.0.2.1 dstport 8472'),
    expected: { checks: ['silence', 'udp-ports'], isFault: true, event: 'fault' },
  },
  {
    name: 'the MTU in the middle is 1400',
    cause: async ({ theSwitch }) => void (await theSwitch.ip('link set there mtu 1400')),
    passes: 'small ones',
    lost: 1400,
    expected: { checks: [], isFault: false, unseen: /A smaller MTU on the way/ },
  },
  {
    name: 'a machine sends jumbo frames into a tunnel of 1450',
    spec: { dev: 'eth1', remotes: ['10.0.2.2'], master: 'br0' },
    bridges: { br0: { addresses: ['10.0.1.1/24'], ports: { guest: {} } } },
    prepare: async ({ here }) =>
      void (await here.ipBatch(`
        link add guest mtu 9000 type veth peer name guest0 mtu 9000
        link set guest up
        link set guest0 up`)),
    passes: 'small ones',
    expected: { checks: ['guest-mtu'], isFault: false },
  },
  {
    name: 'a switch drops the group',
    spec: toGroup,
    prepare: (all) => farEnd(all, 'group 239.1.1.1'),
    cause: async ({ theSwitch, here, there }) => {
      await theSwitch.bridge('link set dev there mcast_flood off')
      await theSwitch.bridge('link set dev here mcast_flood off')
      // What was learned meanwhile would still lead to one VTEP: as when it ages out.
      await there.ipBatch('link set vxlan0 down\nlink set vxlan0 up')
      await here.ipBatch('link set vxlan0 down\nlink set vxlan0 up')
    },
    expected: { checks: ['silence'], isFault: true, event: 'fault', unseen: /What switches do with multicast/ },
  },
  {
    name: 'the neighbour has the wrong MAC address',
    spec: { ...toThere, neighbours: [{ ip: far, mac: '02:00:00:00:00:99' }] },
    expected: { checks: ['static-neighbour', 'silence'], isFault: true, event: 'fault' },
  },
  {
    name: 'a static entry leads to the wrong VTEP',
    spec: { ...toThere, fdb: [{ mac: macThere, dst: '10.0.2.3' }] },
    expected: {
      checks: ['silence'],
      isFault: true,
      event: 'fault',
      unseen: /static entry that leads to the wrong VTEP/,
    },
  },
  {
    name: 'the reverse-path filter drops what arrives',
    spec: { local: '10.0.2.1', remotes: ['10.0.3.2'], addresses: ['10.0.1.1/24'] },
    // The VTEP of `there` is an address that both ways lead to; its packets arrive on eth1, and those to it leave by eth2.
    prepare: async ({ theSwitch, here, there }) => {
      await theSwitch.ip(`link add here2 type veth peer name eth2 netns ${here.name}`)
      await theSwitch.ip('link set here2 master switch up')
      await here.ipBatch(`
        address add 10.0.9.1/24 dev eth2
        link set eth2 up
        route add 10.0.3.2/32 via 10.0.2.2 dev eth1`)
      await here.run('sysctl', ['-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth1.rp_filter=1'])
      await here.run('sysctl', ['-qw', 'net.ipv4.conf.eth2.arp_ignore=1', 'net.ipv4.conf.eth2.arp_announce=2'])
      await there.run('sysctl', ['-qw', 'net.ipv4.conf.eth1.arp_announce=2'])
      await there.ipBatch(`
        address add 10.0.3.2/32 dev lo
        address add 10.0.9.2/24 dev eth1
        link add vxlan0 address ${macThere} type vxlan id 42 local 10.0.3.2 remote 10.0.2.1 dstport 4789
        address add ${far}/24 dev vxlan0
        link set vxlan0 up`)
    },
    cause: async ({ here }) => void (await here.ip('route replace 10.0.3.2/32 via 10.0.9.2 dev eth2')),
    expected: { checks: ['way-in', 'reverse-path-filter'], isFault: true, event: 'unreachable' },
  },
  {
    name: 'two machines have one MAC address',
    spec: { ...toThere, remotes: ['10.0.2.2', '10.0.2.3'] },
    prepare: async ({ third }) =>
      void (await third.ipBatch(`
        link add vxlan0 address ${macThere} type vxlan id 42 dev eth1 remote 10.0.2.1 dstport 4789
        address add 10.0.1.3/24 dev vxlan0
        link set vxlan0 up`)),
    cause: async ({ third }) => void third.hold('ping', ['-i', '0.2', '10.0.1.1']),
    passes: 'by chance',
    expected: { checks: ['duplicate-mac'], isFault: true, event: 'fault' },
  },
]

/** What `here` declares. */
export function declared({ spec = toThere, bridges }: Fault): object {
  return { vxlans: { vxlan0: { id: 42, dstport: 4789, ...spec } }, ...(bridges !== undefined && { bridges }) }
}
