/** The service beside NetworkManager, netplan and ifupdown, whose packages `npm run coexistence` fetches. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  bootsInOrder,
  carriesTraffic,
  exerciseOverlay,
  isFetched,
  keepsOverlay,
  repairs,
  type Site,
  site,
  underlayAddress,
  underlayPicture,
} from '../support/coexistence.ts'
import { eventually } from '../support/eventually.ts'
import { type Machine, whyNoMachine } from '../support/machine.ts'
import { converged } from '../support/service.ts'

const noMachine = await whyNoMachine()

/** Whether the tests beside a program are to run; says why not. */
function canRun(name: string): boolean {
  const refusal = noMachine ?? (isFetched(name) ? undefined : 'npm run coexistence fetches its package and runs them')
  if (refusal !== undefined) {
    process.stdout.write(`the tests beside ${name} are skipped: ${refusal}\n`)
  }
  return refusal === undefined
}

/** What takes the site down when its tests are over. */
function ends(): (part: () => void | Promise<void>) => void {
  const undo: (() => void | Promise<void>)[] = []
  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })
  return (part) => void undo.push(part)
}

type Operation = [string, () => Promise<unknown>]

/** Writes a file that only root may read, as some programs insist on. */
async function writeSecret(host: Machine, path: string, text: string): Promise<void> {
  await host.write(path, text)
  await host.run('chmod', '600', path)
}

/** Sees that who has eth1 does not notice what vxagent does. */
async function doesNotConcern(host: Machine): Promise<void> {
  const before = await underlayPicture(host)
  await exerciseOverlay(host)
  expect(await underlayPicture(host)).toEqual(before)
}

describe.runIf(canRun('network-manager'))('beside NetworkManager', () => {
  const cleanup = ends()
  let both: Site
  let host: Machine

  const nmcli = (...args: readonly string[]): Promise<string> => host.run('nmcli', ...args)
  const nmcliFails = async (...args: readonly string[]): Promise<void> => {
    expect((await host.finish('nmcli', ...args)).code).not.toBe(0)
  }

  /** How NetworkManager says that a device stands with it. */
  async function stateOf(device: string): Promise<string> {
    const lines = (await nmcli('--terse', '--fields', 'DEVICE,STATE', 'device')).split('\n')
    return lines.find((line) => line.startsWith(`${device}:`))?.slice(device.length + 1) ?? 'unknown'
  }

  async function isUp(): Promise<void> {
    await eventually(async () => expect(await stateOf('eth1')).toBe('connected'), { timeoutMs: 20_000, everyMs: 100 })
  }

  async function restart(): Promise<void> {
    await host.run('systemctl', 'reset-failed', 'NetworkManager')
    await host.run('systemctl', 'restart', 'NetworkManager')
    await isUp()
  }

  beforeAll(async () => {
    both = await site(cleanup, { services: ['NetworkManager'], fetched: ['network-manager'], isWithUdev: true })
    host = both.host
    process.stdout.write(`NetworkManager ${await host.run('NetworkManager', '--version')}`)
  }, 120_000)

  test('eth1 gets a profile later than vxagent has begun, and traffic flows from then on', async () => {
    const repaired = await keepsOverlay(host, async () => {
      const profile = `[connection]\nid=eth1\ntype=ethernet\ninterface-name=eth1
[ipv4]\nmethod=manual\naddress1=${underlayAddress},10.0.2.254\n[ipv6]\nmethod=disabled\n`
      await writeSecret(host, '/etc/NetworkManager/system-connections/eth1.nmconnection', profile)
      await nmcli('connection', 'reload')
      await nmcli('connection', 'up', 'eth1')
    })
    expect(repaired).toBe(0)
    await carriesTraffic(both)
  })

  test('at boot, with udev: after network-pre.target, before network-online.target, which is reached', async () => {
    await bootsInOrder(host, 'NetworkManager.service')
    expect(await host.property('systemd-udevd', 'ActiveState')).toBe('active')
    expect(await host.property('NetworkManager-wait-online', 'Result')).toBe('success')
    await isUp()
    await carriesTraffic(both)
  })

  test('it shows the overlay as connected by somebody else, and keeps no file of it', async () => {
    for (const link of ['vxlan0', 'vxlan1', 'br42']) {
      await eventually(async () => expect(await stateOf(link)).toBe('connected (externally)'))
    }
    expect((await host.run('ls', '/etc/NetworkManager/system-connections')).trim()).toBe('eth1.nmconnection')
  })

  test.each<Operation>([
    ['a reload of its settings', () => host.run('systemctl', 'reload', 'NetworkManager')],
    ['a reload of its profiles', () => nmcli('connection', 'reload')],
    ['a restart', () => restart()],
    [
      'its stop and start',
      () => host.run('sh', '-ec', 'systemctl stop NetworkManager; systemctl start NetworkManager'),
    ],
    ['eth1 down and up', () => host.run('sh', '-ec', 'nmcli connection down eth1; nmcli connection up eth1')],
    ['eth1 disconnected', () => host.run('sh', '-ec', 'nmcli device disconnect eth1; nmcli device connect eth1')],
    ['eth1 reapplied', () => nmcli('device', 'reapply', 'eth1')],
    ['events for each link by udev', () => host.run('udevadm', 'trigger', '--subsystem-match=net', '--settle')],
  ])('%s disturbs nothing', async (_what, operation) => {
    expect(await keepsOverlay(host, operation)).toBe(0)
    await isUp()
    await carriesTraffic(both)
  })

  test('a route that somebody has put through the tunnel survives its restart', async () => {
    await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2')
    await keepsOverlay(host, restart)
    expect(await host.host.ip('route show 10.9.0.0/24')).toContain('dev vxlan0')
    await host.host.ip('route delete 10.9.0.0/24')
  })

  test('what vxagent does to the overlay does not concern eth1', async () => {
    await doesNotConcern(host)
    expect(await stateOf('eth1')).toBe('connected')
  })

  describe('who tells it to touch the overlay is undone by vxagent', () => {
    // It leaves behind what no file states, and so vxagent too: no address fe80::, say, on the links that are.
    afterEach(async () => {
      await exerciseOverlay(host)
    })

    test.each<Operation>([
      ['nmcli connection down vxlan0', () => nmcli('connection', 'down', 'vxlan0')],
      ['nmcli device disconnect br42', () => nmcli('device', 'disconnect', 'br42')],
      ['nmcli device reapply vxlan0', () => nmcli('device', 'reapply', 'vxlan0')],
      ['nmcli networking off and on', () => host.run('sh', '-ec', 'nmcli networking off; nmcli networking on')],
    ])('%s', async (what, operation) => {
      await eventually(async () => expect(await stateOf('vxlan0')).toBe('connected (externally)'))
      const repaired = await keepsOverlay(host, operation, 'stated')
      // Not asserted: NetworkManager may take it away after vxagent has set the address anew, and vxagent looks after no routes.
      const route = (await host.host.ip('route show 10.0.1.0/24')) === '' ? 'gone' : 'there'
      process.stdout.write(`${what}: ${repaired} repairs; the route to the segment is ${route}\n`)
      expect(repaired).toBeGreaterThan(0)
      const settled = await repairs(host)
      await delay(1000)
      expect(await repairs(host)).toBe(settled)
      await isUp()
    })

    test('nmcli device delete vxlan0: it is made anew', async () => {
      await nmcli('device', 'delete', 'vxlan0')
      await eventually(async () => expect(await host.host.json('ip -j link show vxlan0')).toHaveLength(1))
      await converged(host)
      await carriesTraffic(both)
    })
  })

  describe('told that the overlay is not its own', () => {
    const settings = '/etc/NetworkManager/conf.d/vxagent.conf'

    afterEach(async () => {
      await host.run('rm', settings)
      await restart()
    })

    test.each(['type:vxlan;type:bridge', 'interface-name:vxlan*;interface-name:br42'])('by %s', async (which) => {
      expect(
        await keepsOverlay(host, async () => {
          await host.write(settings, `[keyfile]\nunmanaged-devices=${which}\n`)
          await host.run('systemctl', 'reload', 'NetworkManager')
        }),
      ).toBe(0)
      expect(await keepsOverlay(host, restart)).toBe(0)
      for (const link of ['vxlan0', 'vxlan1', 'br42']) {
        expect(await stateOf(link)).toBe('unmanaged')
      }
      const operations = async (): Promise<void> => {
        await nmcliFails('connection', 'down', 'vxlan0')
        await nmcliFails('device', 'disconnect', 'vxlan0')
        await nmcli('networking', 'off')
        await nmcli('networking', 'on')
        await isUp()
      }
      expect(await keepsOverlay(host, operations)).toBe(0)
      await carriesTraffic(both)
    })
  })

  test.each([
    ['differs from it', 77],
    ['is like it', 42],
  ])('a profile for a vxlan0 that %s does not put an end to it', async (which, id) => {
    const path = '/etc/NetworkManager/system-connections/mine.nmconnection'
    const profile = `[connection]\nid=mine\ntype=vxlan\ninterface-name=vxlan0\nautoconnect=false
[vxlan]\nid=${id}\nparent=eth1\ndestination-port=4789
[ipv4]\nmethod=manual\naddress1=10.0.9.1/24\n[ipv6]\nmethod=disabled\n`
    await writeSecret(host, path, profile)
    await nmcli('connection', 'reload')
    const already = await repairs(host)
    const { code, stderr } = await host.finish('nmcli', 'connection', 'up', 'mine')
    await delay(1000)
    const now = await repairs(host)
    process.stdout.write(
      `a profile for a vxlan0 that ${which}: exit code ${code} ${stderr.trim()}, ${now - already} repairs\n`,
    )
    const [link] = await host.host.json('ip -d -j address show vxlan0')
    expect(link.linkinfo.info_data.id).toBe(42)
    expect(link.addr_info.map(({ local }: { local: string }) => local)).toContain('10.0.1.1')
    await delay(1500)
    expect(await repairs(host)).toBe(now)
    await carriesTraffic(both)
    await host.run('rm', path)
    await nmcli('connection', 'reload')
    await exerciseOverlay(host)
  })
})

describe.runIf(canRun('netplan.io'))('beside netplan', () => {
  const cleanup = ends()
  let both: Site
  let host: Machine
  const file = '/etc/netplan/50-eth1.yaml'

  const eth1 = (more: object = {}): string =>
    JSON.stringify({ network: { version: 2, ethernets: { eth1: { addresses: [underlayAddress], ...more } } } })

  async function isConfigured(): Promise<void> {
    await eventually(
      async () =>
        expect(await host.run('networkctl', '--no-pager', 'status', 'eth1')).toMatch(/State: .*\(configured\)/),
      { timeoutMs: 20_000, everyMs: 100 },
    )
  }

  async function apply(): Promise<void> {
    await host.run('netplan', 'apply')
    await isConfigured()
  }

  beforeAll(async () => {
    both = await site(cleanup, { services: ['systemd-networkd'], fetched: ['netplan.io'], isWithUdev: true })
    host = both.host
    await host.run('systemctl', 'enable', '--now', 'systemd-networkd')
    process.stdout.write(await host.run('dpkg-query', '--show', 'netplan.io'))
  }, 120_000)

  test('at boot, with udev: after network-pre.target, before network-online.target, which is reached', async () => {
    await writeSecret(host, file, eth1())
    await bootsInOrder(host, 'systemd-networkd.service')
    expect(await host.run('ls', '/run/systemd/network')).toContain('10-netplan-eth1.network')
    expect(await host.property('systemd-networkd-wait-online', 'Result')).toBe('success')
    await isConfigured()
    await carriesTraffic(both)
  })

  test.each<Operation>([
    ['netplan generate', () => host.run('netplan', 'generate')],
    ['netplan apply', () => apply()],
    [
      'netplan apply with a change',
      async () => {
        await writeSecret(host, file, eth1({ routes: [{ to: '10.7.0.0/24', via: '10.0.2.2' }] }))
        await apply()
        await eventually(async () => expect(await host.host.ip('route show')).toContain('10.7.0.0/24'))
      },
    ],
    [
      'a setting by netplan set',
      async () => {
        await host.run('netplan', 'set', 'ethernets.eth1.dhcp6=false')
        await apply()
      },
    ],
    [
      'netplan apply without its files, and with them',
      async () => {
        await host.run(
          'sh',
          '-ec',
          'mkdir -p /root/netplan; mv /etc/netplan/* /root/netplan; netplan apply; mv /root/netplan/* /etc/netplan',
        )
        await apply()
      },
    ],
  ])('%s disturbs nothing, nor a route that somebody has put through the tunnel', async (_what, operation) => {
    await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2 proto static')
    expect(await keepsOverlay(host, operation)).toBe(0)
    expect(await host.host.ip('route show 10.9.0.0/24')).toContain('dev vxlan0')
    await carriesTraffic(both)
  })

  test('what vxagent does to the overlay does not concern netplan', async () => {
    await doesNotConcern(host)
    await isConfigured()
  })

  test('a match for every name takes the overlay too; vxagent repairs, and one for other names does not', async () => {
    const all = '/etc/netplan/90-all.yaml'
    const everything = (match: object): string =>
      JSON.stringify({ network: { version: 2, ethernets: { all: { match, dhcp4: true, optional: true } } } })
    const repaired = await keepsOverlay(host, async () => {
      await writeSecret(host, all, everything({ name: '*' }))
      await host.run('netplan', 'apply')
    })
    process.stdout.write(`netplan with match: {name: "*"}: ${repaired} repairs\n`)
    expect(repaired).toBeGreaterThan(0)
    await writeSecret(host, all, everything({ name: 'e*' }))
    await host.run('netplan', 'apply')
    await converged(host)
    expect(await keepsOverlay(host, () => host.run('netplan', 'apply'))).toBe(0)
    await host.run('rm', all)
    await apply()
  })

  test('the same vxlan0 in both: what netplan says of its address goes, and there is no quarrel', async () => {
    const tunnel = '/etc/netplan/60-tunnel.yaml'
    const tunnels = { vxlan0: { mode: 'vxlan', id: 77, link: 'eth1', port: 4789, addresses: ['10.0.9.1/24'] } }
    const repaired = await keepsOverlay(host, async () => {
      await writeSecret(host, tunnel, JSON.stringify({ network: { version: 2, tunnels } }))
      await host.run('netplan', 'apply')
    })
    process.stdout.write(`netplan with a vxlan0 of its own: ${repaired} repairs\n`)
    const settled = await repairs(host)
    await delay(1500)
    expect(await repairs(host)).toBe(settled)
    await host.run('rm', tunnel)
    await apply()
    await converged(host)
  })
})

describe.runIf(canRun('ifupdown'))('beside ifupdown', () => {
  const cleanup = ends()
  let both: Site
  let host: Machine

  beforeAll(async () => {
    both = await site(cleanup, { services: ['networking'], fetched: ['ifupdown'] })
    host = both.host
    process.stdout.write(await host.run('dpkg-query', '--show', 'ifupdown'))
    const interfaces = `auto lo\niface lo inet loopback
auto eth1\niface eth1 inet static\n  address ${underlayAddress}\n  gateway 10.0.2.254\n`
    await host.write('/etc/network/interfaces', interfaces)
  }, 120_000)

  test('eth1 gets its address later than vxagent has begun, and traffic flows from then on', async () => {
    expect(await keepsOverlay(host, () => host.run('ifup', 'eth1'))).toBe(0)
    await carriesTraffic(both)
  })

  test('at boot: after network-pre.target, before network-online.target, which is reached', async () => {
    await bootsInOrder(host, 'networking.service')
    await carriesTraffic(both)
  })

  test.each<Operation>([
    ['ifdown and ifup of eth1', () => host.run('sh', '-ec', 'ifdown eth1; sleep 0.5; ifup eth1')],
    ['ifup by force', () => host.run('ifup', '--force', 'eth1')],
    ['a restart of networking.service', () => host.run('systemctl', 'restart', 'networking')],
    ['everything down and up', () => host.run('sh', '-ec', 'ifdown --all; sleep 0.5; ifup --all')],
  ])('%s disturbs nothing', async (_what, operation) => {
    await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2')
    expect(await keepsOverlay(host, operation)).toBe(0)
    expect(await host.host.ip('route show 10.9.0.0/24')).toContain('dev vxlan0')
    await carriesTraffic(both)
  })

  test('what vxagent does to the overlay does not concern ifupdown', async () => {
    const state = await host.run('ifquery', '--state')
    await doesNotConcern(host)
    expect(await host.run('ifquery', '--state')).toBe(state)
  })

  test('a stanza for vxlan0 meets a link that exists already, and what it sets goes', async () => {
    const stanza = 'iface vxlan0 inet static\n  address 10.0.9.1/24\n'
    await host.write('/etc/network/interfaces.d/vxlan0', stanza)
    await host.run(
      'sh',
      '-c',
      'grep -q interfaces.d /etc/network/interfaces || echo "source /etc/network/interfaces.d/*" >>/etc/network/interfaces',
    )
    const repaired = await keepsOverlay(host, () => host.finish('ifup', 'vxlan0'))
    process.stdout.write(`ifup of a stanza for vxlan0: ${repaired} repairs\n`)
    expect(repaired).toBe(1)
    // Its ifdown takes the link down and its addresses away; both come back.
    const down = await keepsOverlay(host, () => host.finish('ifdown', 'vxlan0'))
    process.stdout.write(`ifdown of it: ${down} repairs\n`)
    await carriesTraffic(both)
  })
})
