/** The service beside systemd-networkd and FRR: who comes when, and whether each leaves the other's work alone. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  bootsInOrder,
  carriesTraffic,
  connect,
  exerciseOverlay,
  isFetched,
  isThorough,
  keepsOverlay,
  overlay,
  repairs,
  type Site,
  site,
  underlayAddress,
  underlayPicture,
} from '../support/coexistence.ts'
import { eventually } from '../support/eventually.ts'
import { isFrrInstalled } from '../support/frr.ts'
import { type Machine, whyNoMachine } from '../support/machine.ts'
import { converged, declare } from '../support/service.ts'

const refusal =
  (await whyNoMachine()) ??
  (existsSync('/lib/systemd/systemd-networkd') ? undefined : 'systemd-networkd is not installed')
if (refusal !== undefined) {
  process.stdout.write(`the tests beside systemd-networkd and FRR are skipped: ${refusal}\n`)
}

const eth1Network = `[Match]\nName=eth1\n[Network]\nAddress=${underlayAddress}\nGateway=10.0.2.254\nLinkLocalAddressing=no\n`
const networkFile = (name: string): string => `/etc/systemd/network/${name}.network`

/** With udev's help only where its package was fetched, since no machine of a test's has it by itself. */
const variants = [['without udev', false], ...(isFetched('udev') ? ([['with udev', true]] as const) : [])] as const

/** What is tried only where there is time for it. */
const thoroughly = <Case>(cases: readonly Case[]): readonly Case[] => (isThorough ? cases : [])

describe.skipIf(refusal !== undefined).each(variants)('beside systemd-networkd, %s', (_, isWithUdev) => {
  const undo: (() => void | Promise<void>)[] = []
  let both: Site
  let host: Machine

  /** How networkd says that a link stands with it: configured, unmanaged and so on. */
  const setup = async (link: string): Promise<string> =>
    /^\s*State: .*\((.*)\)$/m.exec(await host.run('networkctl', '--no-pager', 'status', link))?.[1] ?? ''

  async function isConfigured(link: string): Promise<void> {
    await eventually(async () => expect(await setup(link)).toBe('configured'), { timeoutMs: 20_000, everyMs: 100 })
  }

  async function restart(): Promise<void> {
    // systemd would not have it as often as these tests do.
    await host.run('systemctl', 'reset-failed', 'systemd-networkd')
    await host.run('systemctl', 'restart', 'systemd-networkd')
    await isConfigured('eth1')
  }

  const reload = (): Promise<string> => host.run('networkctl', 'reload')

  beforeAll(async () => {
    const services = ['systemd-networkd', ...(isFrrInstalled ? ['frr'] : [])]
    both = await site((part) => void undo.push(part), { services, isWithUdev })
    host = both.host
    await host.run('systemctl', 'disable', '--now', 'frr').catch(() => {})
    await host.run('systemctl', 'enable', '--now', 'systemd-networkd')
  }, 120_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  test('the unit says its place', async () => {
    const words = async (property: string): Promise<string[]> => (await host.property('vxagent', property)).split(' ')
    expect(await words('After')).toContain('network-pre.target')
    expect(await words('Before')).toContain('network-online.target')
    // It waits for no manager, and none for it.
    for (const property of ['After', 'Before', 'Wants', 'Requires', 'BindsTo']) {
      expect(await words(property)).not.toContain('systemd-networkd.service')
      expect(await words(property)).not.toContain('network.target')
    }
  })

  test('eth1 is configured later than vxagent has begun, and traffic flows from then on', async () => {
    const repaired = await keepsOverlay(host, async () => {
      await host.write(networkFile('10-eth1'), eth1Network)
      await reload()
      await isConfigured('eth1')
    })
    expect(repaired).toBe(0)
    await carriesTraffic(both)
  })

  test('at boot: after network-pre.target, before network-online.target, which is reached', async () => {
    await bootsInOrder(host, 'systemd-networkd.service')
    await isConfigured('eth1')
    expect(await host.property('systemd-networkd-wait-online', 'Result')).toBe('success')
    expect(await host.property('systemd-udevd', 'ActiveState')).toBe(isWithUdev ? 'active' : 'inactive')
    await carriesTraffic(both)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['a reload', () => reload()],
    ['a restart', () => restart()],
    ...thoroughly<[string, () => Promise<unknown>]>([
      ['eth1 reconfigured', () => host.run('networkctl', 'reconfigure', 'eth1')],
      ['eth1 down and up', () => host.run('sh', '-ec', 'networkctl down eth1; networkctl up eth1')],
    ]),
  ])('%s disturbs nothing, nor a route that somebody has put through the tunnel', async (_what, operation) => {
    await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2 proto static')
    expect(await keepsOverlay(host, operation)).toBe(0)
    await isConfigured('eth1')
    expect(await host.host.ip('route show 10.9.0.0/24')).toContain('dev vxlan0')
    for (const link of ['vxlan0', 'vxlan1', 'br42']) {
      expect(await setup(link)).toBe('unmanaged')
    }
    await carriesTraffic(both)
  })

  test('eth1 goes and comes again: each does its own part', async () => {
    await host.host.ip('link delete eth1')
    await eventually(async () => expect(await host.finish('vxagent', 'status')).toMatchObject({ code: 3 }))
    await connect(host.host, both.peer)
    await both.peer.ip('link delete vxlan0').catch(() => {})
    await both.peer.ip('link add vxlan0 type vxlan id 42 dev eth1 dstport 4789 remote 10.0.2.1')
    await both.peer.ip('address add 10.0.1.2/24 dev vxlan0')
    await both.peer.ip('link set vxlan0 up')
    await isConfigured('eth1')
    await converged(host)
    await carriesTraffic(both)
  })

  test.runIf(isWithUdev)(
    'udev gives links of others an address by their name, and leaves those of vxagent theirs',
    async () => {
      const macOf = async (name: string): Promise<string> =>
        (await host.host.json(`ip -j link show ${name}`))[0].address
      const macs: string[] = []
      for (const _again of [1, 2]) {
        await host.host.ip('link add other type vxlan id 8 dstport 4790')
        await host.run('udevadm', 'settle')
        macs.push(await macOf('other'))
        await host.host.ip('link delete other')
      }
      expect(macs[0]).toBe(macs[1])
      // vxagent's is at random for each that is made, and stays.
      const before = await macOf('vxlan0')
      await exerciseOverlay(host)
      await host.run('udevadm', 'settle')
      expect(await macOf('vxlan0')).not.toBe(before)
      const trigger = () => host.run('udevadm', 'trigger', '--subsystem-match=net', '--action=add', '--settle')
      expect(await keepsOverlay(host, trigger)).toBe(0)
    },
  )

  test('what vxagent does to the overlay does not concern networkd', async () => {
    const before = await underlayPicture(host)
    await exerciseOverlay(host)
    expect(await underlayPicture(host)).toEqual(before)
    expect(await setup('eth1')).toBe('configured')
  })

  describe('with a file for every link', () => {
    const all = networkFile('90-all')
    const waitOnline = '/lib/systemd/systemd-networkd-wait-online'

    /** Once it has been read; not by a reload in all cases, since that leaves alone what it has configured already. */
    async function everyLink(match: string, more: Record<string, string> = {}): Promise<void> {
      await host.write(all, `[Match]\n${match}\n[Network]\nDHCP=yes\n`)
      for (const [name, text] of Object.entries(more)) {
        await host.write(networkFile(name), text)
      }
      await reload()
      await restart()
      await delay(700)
      await converged(host)
    }

    afterEach(async () => {
      await host.run('rm', '-f', all, networkFile('05-overlay'))
      await reload()
      await restart()
      await converged(host)
    })

    test.each(['Name=*', ...thoroughly(['Type=ether'])])(
      '[Match] %s: networkd takes the overlay for its own, and vxagent repairs',
      async (match) => {
        // What networkd tells of links is from udev where it runs: a vxlan is no ether then.
        const takes = match === 'Name=*' || !isWithUdev
        await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2 proto static')
        const repaired = await keepsOverlay(host, async () => {
          await host.write(all, `[Match]\n${match}\n[Network]\nDHCP=yes\n`)
          await reload()
        })
        const restarted = await keepsOverlay(host, restart)
        process.stdout.write(`networkd with ${match}: ${repaired} repairs at its reload, ${restarted} at its restart\n`)
        expect(await setup('vxlan0')).toBe(takes ? 'configuring' : 'unmanaged')
        expect(repaired > 0).toBe(takes)
        // No quarrel: once is enough.
        const settled = await repairs(host)
        await delay(1000)
        expect(await repairs(host)).toBe(settled)
        // What vxagent does not know of is lost.
        expect((await host.host.ip('route show 10.9.0.0/24')).includes('vxlan0')).toBe(!takes)
        await carriesTraffic(both)
        // Nobody answers DHCP on the tunnel, so who waits for the network waits in vain.
        expect((await host.finish(waitOnline, '--timeout=1')).code).toBe(takes ? 1 : 0)
      },
    )

    test.each<[string, string, string?]>([
      ['a file before it with Unmanaged=yes', 'Name=*', '[Match]\nKind=vxlan bridge\n[Link]\nUnmanaged=yes\n'],
      ...thoroughly<[string, string, string?]>([
        [
          'a file before it that keeps everything',
          'Name=*',
          `[Match]\nKind=vxlan bridge\n[Link]\nRequiredForOnline=no
[Network]\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=no\nKeepConfiguration=yes\nKeepMaster=yes\n`,
        ],
        ['a match for links of no kind', 'Kind=!*'],
      ]),
    ])('%s: networkd leaves the overlay alone', async (_remedy, match, first) => {
      await host.host.ip('route replace 10.9.0.0/24 via 10.0.1.2 proto static')
      const operation = () => everyLink(match, first === undefined ? {} : { '05-overlay': first })
      expect(await keepsOverlay(host, operation)).toBe(0)
      expect(await keepsOverlay(host, restart)).toBe(0)
      expect(await setup('vxlan0')).toMatch(/^(unmanaged|configured)$/)
      expect(await host.host.ip('route show 10.9.0.0/24')).toContain('dev vxlan0')
      expect((await host.finish(waitOnline, '--timeout=10')).code).toBe(0)
    })
  })

  test.runIf(isThorough)('a .netdev of the same name is no more than an error in its log', async () => {
    const netdev = '/etc/systemd/network/20-vxlan0.netdev'
    const repaired = await keepsOverlay(host, async () => {
      await host.write(netdev, '[NetDev]\nName=vxlan0\nKind=vxlan\n[VXLAN]\nVNI=77\nDestinationPort=4789\n')
      await restart()
    })
    expect(repaired).toBe(0)
    await host.run('rm', netdev)
    await restart()
  })

  describe.skipIf(!isFrrInstalled)('and FRR', () => {
    const vtysh = (command: string): Promise<string> => host.run('vtysh', '-c', command)

    /** zebra's own routes, one of them through the tunnel. */
    async function hasRoutes(timeoutMs = 20_000): Promise<void> {
      await eventually(
        async () => {
          const shown = await host.host.ip('route show')
          expect(shown).toMatch(/10\.8\.0\.0\/24 .*via 10\.0\.2\.2 dev eth1/)
          expect(shown).toMatch(/10\.9\.0\.0\/24 .*via 10\.0\.1\.2 dev vxlan0/)
        },
        { timeoutMs, everyMs: 100 },
      )
    }

    /**
     * The same, of a link that was made anew: now and then zebra misses an address that is set right after the link has come, also when
     * iproute2 sets it. Once the link is deleted, and vxagent has made it anew, it has another chance.
     */
    async function hasRoutesAgain(what: string): Promise<void> {
      const chances = [1, 2, 3, 4]
      for (const chance of chances) {
        try {
          await hasRoutes(2000)
          process.stdout.write(`${what}: zebra saw the address at chance ${chance}\n`)
          return
        } catch (error) {
          if (chance === chances.length) {
            throw error
          }
          await host.host.ip('link delete vxlan0')
          await converged(host)
        }
      }
    }

    beforeAll(async () => {
      await host.host.ip('route delete 10.9.0.0/24').catch(() => {})
      const config =
        'ip route 10.8.0.0/24 10.0.2.2\nip route 10.9.0.0/24 10.0.1.2\ninterface vxlan0\n description by FRR\n'
      await host.write('/etc/frr/frr.conf', config)
      await host.run('systemctl', 'enable', 'frr')
    })

    test('at boot: each in its place, and zebra has its routes, one through the tunnel', async () => {
      await bootsInOrder(host, 'frr.service')
      process.stdout.write(`${(await vtysh('show version')).split('\n')[0]}\n`)
      await hasRoutes()
      const { vxlan0 } = JSON.parse(await vtysh('show interface vxlan0 json'))
      expect(vxlan0).toMatchObject({ administrativeStatus: 'up', description: 'by FRR', vxlanId: 42 })
      expect(await repairs(host)).toBe(0)
      await carriesTraffic(both)
    })

    test.each<[string, () => Promise<unknown>]>([
      ['a restart of FRR', () => host.run('systemctl', 'restart', 'frr')],
      ...thoroughly<[string, () => Promise<unknown>]>([['a restart of networkd', () => restart()]]),
    ])('%s disturbs nothing', async (_what, operation) => {
      expect(await keepsOverlay(host, operation)).toBe(0)
      await hasRoutes()
      await carriesTraffic(both)
    })

    /** What FRR has been told, and eth1. */
    const others = async (): Promise<unknown> => [await vtysh('show running-config'), await underlayPicture(host)]

    test('a link that vxagent deletes and makes again is followed by zebra, and nothing else of it changes', async () => {
      const before = await others()
      await declare(host, 'overlay.json', {})
      await host.finish('vxagent', 'apply')
      await eventually(async () => expect(await vtysh('show interface vxlan0')).toMatch(/is down/))
      await declare(host, 'overlay.json', overlay)
      await hasRoutesAgain('deleted and made')
      await host.run('systemctl', 'restart', 'vxagent')
      await converged(host)
      await hasRoutes()
      expect(await others()).toEqual(before)
      await carriesTraffic(both)
    })

    test('a replaced link is as declared; zebra, which lost sight of it, finds it again when it is deleted', async () => {
      const before = await others()
      const { vxlan0 } = overlay.vxlans
      for (const id of [44, 42]) {
        await declare(host, 'overlay.json', { ...overlay, vxlans: { ...overlay.vxlans, vxlan0: { ...vxlan0, id } } })
        await eventually(async () => {
          const [link] = await host.host.json('ip -d -j link show vxlan0')
          expect(link.linkinfo.info_data.id).toBe(id)
        })
        await converged(host)
      }
      await carriesTraffic(both)
      // FRR 8.4 on the rename of the old link: "results are uncertain!" It then knows neither address nor VNI of the new one.
      const lost = !(await vtysh('show interface vxlan0')).includes('inet 10.0.1.1/24')
      process.stdout.write(`zebra after a replacement: ${lost ? 'without the address' : 'with the address'}\n`)
      await host.host.ip('link delete vxlan0')
      await converged(host)
      await hasRoutesAgain('replaced, then deleted')
      await carriesTraffic(both)
      expect(await others()).toEqual(before)
    })

    test('an address that FRR puts on a link of vxagent goes, without a quarrel', async () => {
      const repaired = await keepsOverlay(host, () =>
        host.run('vtysh', '-c', 'configure terminal', '-c', 'interface vxlan0', '-c', 'ip address 10.0.4.1/24'),
      )
      process.stdout.write(`an address by FRR on vxlan0: ${repaired} repairs\n`)
      const settled = await repairs(host)
      await delay(1000)
      expect(await repairs(host)).toBe(settled)
      await hasRoutes()
    })
  })
})
