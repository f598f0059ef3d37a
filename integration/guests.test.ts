/** Ports that other programs put into bridges of ours: named before the bridge goes, told when it went, and put back. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { needsBridgeVlans } from './support/needs-linux.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

const vxlan0 = { id: 42, remote: '10.0.2.2', dstport: 4789, master: 'br0' }
const overlay = { vxlans: { vxlan0, vxlan1: { id: 43, remote: '10.0.2.2', dstport: 4789 } }, bridges: { br0: {} } }
const without = { vxlans: { vxlan1: { id: 43, remote: '10.0.2.2', dstport: 4789 } } }

interface Scene {
  readonly host: Namespace
  readonly guest: Namespace
  readonly installation: Installation
  /** Whether the guest reaches the address of the bridge. */
  reaches(): Promise<boolean>
  masterOf(name: string): Promise<string | undefined>
}

/** A host with a bridge of ours, in which another program has put a link that leads to a guest. */
async function scene(state: object, ...settings: string[]): Promise<Scene> {
  const host = await namespace(onTestFinished)
  const guest = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, { 'overlay.yaml': state }, onTestFinished)
  await installation.startAndWait('env', 'VXAGENT_DELETION_DELAY=0', 'VXAGENT_RESYNC_INTERVAL=3600', ...settings)
  await host.ip(`link add tap0 type veth peer name eth0 netns ${guest.name}`)
  await guest.ipBatch('address add 10.0.1.5/24 dev eth0\nlink set eth0 up')
  await host.ipBatch('link set tap0 up\nlink set tap0 master br0')
  await installation.converged()
  const masterOf = async (name: string): Promise<string | undefined> =>
    (await host.json(`ip -j link show dev ${name}`))[0].master
  const reaches = async (): Promise<boolean> => {
    await host.finish('ip', ['address', 'add', '10.0.1.1/24', 'dev', 'br0'])
    return (await guest.finish('ping', ['-c', '3', '-i', '0.2', '-W', '1', '10.0.1.1'])).stdout.includes(
      ' 0% packet loss',
    )
  }
  return { host, guest, installation, reaches, masterOf }
}

const told = (installation: Installation, kind: string): Promise<string> =>
  installation.vxagent('events', '--once', '--kind', kind).then(({ stdout }) => stdout)

describe('a bridge that is to be deleted', () => {
  test('is named with its guest by diff and by apply --dry-run, before; and when it went, by the event and the log', async () => {
    const here = await scene(overlay, 'VXAGENT_WATCH=no')
    const { installation, host } = here
    expect(await here.reaches()).toBe(true)
    installation.write('overlay.yaml', without)
    for (const command of [['diff'], ['apply', '--dry-run']]) {
      const { code, stdout } = await installation.vxagent(...command)
      expect(code).toBe(2)
      expect(stdout).toMatch(/^- {3}link br0: delete .*\n {4}loses: the place of tap0 \(veth\) in it\n/m)
    }
    const { stdout } = await installation.vxagent('diff', '--json')
    const deletion = JSON.parse(stdout).actions.find(({ link }: { link: string }) => link === 'br0')
    expect(deletion.takesAlong).toEqual([{ kind: 'port', description: 'the place of tap0 (veth) in it' }])
    expect(await here.masterOf('tap0')).toBe('br0')

    const apply = await installation.vxagent('apply')
    expect(apply.stdout).toContain('loses: the place of tap0 (veth) in it')
    expect((await host.json('ip -j link show')).map(({ ifname }: { ifname: string }) => ifname)).not.toContain('br0')
    expect(await told(installation, 'port-lost')).toMatch(
      /port-lost +tap0 has lost its place in br0, which went; it comes back if vxagent makes br0 again\n/,
    )
    expect(await told(installation, 'applied')).toContain('loses: the place of tap0 (veth) in it')
    expect(installation.logged('deleting br0 loses: the place of tap0 (veth) in it')).toHaveLength(1)
    expect(installation.logged('tap0 has lost its place in br0')).toHaveLength(1)
  })

  test('does not count its own vxlan, nor a declared port, among what is lost', async () => {
    const here = await scene({ ...overlay, bridges: { br0: { ports: { tap0: {} } } } }, 'VXAGENT_WATCH=no')
    here.installation.write('overlay.yaml', without)
    expect((await here.installation.vxagent('diff')).stdout).not.toContain('loses:')
  })
})

test('what others put on top of a vxlan is named before that is deleted, and goes with it', async () => {
  const here = await scene(overlay, 'VXAGENT_WATCH=no')
  const { host, installation } = here
  await host.ip('link add link vxlan1 name macvlan1 type macvlan mode bridge')
  installation.write('overlay.yaml', { vxlans: { vxlan0 }, bridges: { br0: {} } })
  expect((await installation.vxagent('diff')).stdout).toMatch(
    /^- {3}link vxlan1: delete .*\n {4}loses: macvlan1 \(macvlan\) on top of it\n/m,
  )
  expect((await installation.vxagent('apply')).stdout).toContain('loses: macvlan1 (macvlan) on top of it')
  expect((await host.finish('ip', ['link', 'show', 'dev', 'macvlan1'])).code).not.toBe(0)
  expect(installation.logged('deleting vxlan1 loses: macvlan1 (macvlan) on top of it')).toHaveLength(1)
})

describe('a guest comes back into a bridge that vxagent makes again', () => {
  test('when somebody deleted it', async () => {
    const here = await scene(overlay)
    expect(await here.reaches()).toBe(true)
    await here.host.ip('link delete br0')
    await eventually(async () => expect(await here.masterOf('tap0')).toBe('br0'))
    expect(await here.masterOf('vxlan0')).toBe('br0')
    await here.installation.converged()
    expect(await here.reaches()).toBe(true)
    expect(await told(here.installation, 'port-lost')).toContain('tap0 has lost its place in br0')
    expect(await told(here.installation, 'repair')).toContain('~ port tap0: attach to br0')
  })

  test('with its options', async () => {
    const here = await scene(overlay)
    const { host, installation } = here
    await host.ip('link set tap0 type bridge_slave isolated on learning off')
    const options = async (): Promise<unknown> => {
      const [link] = await host.json('ip -d -j link show dev tap0')
      const { isolated, learning } = link.linkinfo.info_slave_data
      return [link.master, isolated, learning]
    }
    await delay(500)
    await host.ip('link delete br0')
    await eventually(async () => expect(await options()).toEqual(['br0', true, false]))
    await installation.converged()
  })

  test('with its VLANs', async (context) => {
    await needsBridgeVlans(context)
    const here = await scene({ ...overlay, bridges: { br0: { vlan_filtering: true } } })
    const { host } = here
    await host.run('bridge', ['vlan', 'add', 'dev', 'tap0', 'vid', '20', 'pvid', 'untagged'])
    await host.run('bridge', ['vlan', 'add', 'dev', 'tap0', 'vid', '30-32'])
    await host.run('bridge', ['vlan', 'delete', 'dev', 'tap0', 'vid', '1'])
    const vlans = (): Promise<unknown> => host.json('bridge -j vlan show dev tap0')
    const before = await vlans()
    await delay(500)
    await host.ip('link delete br0')
    await eventually(async () => expect(await vlans()).toEqual(before))
  })

  test('when the agent was not running meanwhile', async () => {
    const here = await scene(overlay)
    await delay(500)
    await here.installation.stop('SIGKILL')
    await here.host.ip('link delete br0')
    await here.installation.startAndWait()
    await eventually(async () => expect(await here.masterOf('tap0')).toBe('br0'))
    expect(await told(here.installation, 'port-lost')).toContain('tap0 has lost its place in br0')
  })

  test('when a trial deleted it and was not confirmed, with a daemon and without', async () => {
    const here = await scene(overlay, 'VXAGENT_WATCH=no')
    here.installation.write('overlay.yaml', without)
    expect(await here.installation.vxagent('apply', '--confirm', '60')).toMatchObject({ code: 0 })
    expect(await here.masterOf('tap0')).toBeUndefined()
    expect(await here.installation.vxagent('rollback')).toMatchObject({ code: 0 })
    expect(await here.masterOf('tap0')).toBe('br0')

    await here.installation.stop()
    here.installation.write('overlay.yaml', { vxlans: {} })
    expect(await here.installation.vxagent('apply', '--confirm', '60')).toMatchObject({ code: 0 })
    expect(await here.masterOf('tap0')).toBeUndefined()
    expect(await here.installation.vxagent('rollback')).toMatchObject({ code: 0 })
    expect(await here.masterOf('tap0')).toBe('br0')
  })

  test('unless it was taken out, or put elsewhere, or is declared otherwise', async () => {
    const here = await scene(overlay)
    const { host, installation } = here
    await delay(300)
    await host.ip('link set tap0 nomaster')
    await delay(300)
    await host.ip('link delete br0')
    await eventually(async () => expect(await here.masterOf('vxlan0')).toBe('br0'))
    await installation.converged()
    expect(await here.masterOf('tap0')).toBeUndefined()
    expect(await told(installation, 'port-lost')).toBe('')

    await host.ip('link set tap0 master br0')
    await delay(300)
    await host.ip('link add other0 type bridge')
    await installation.stop()
    await host.ipBatch('link delete br0\nlink set tap0 master other0')
    await installation.startAndWait()
    await installation.converged()
    expect(await here.masterOf('tap0')).toBe('other0')
  })
})

describe('a guest that lost its place', () => {
  const lost = async () => {
    const here = await scene(overlay)
    await here.host.ip('link add other0 type bridge')
    await delay(300)
    here.installation.write('overlay.yaml', without)
    await eventually(async () => expect(await told(here.installation, 'port-lost')).toContain('tap0'))
    const declareAgain = async (): Promise<void> => {
      here.installation.write('overlay.yaml', overlay)
      await eventually(async () => expect(await here.masterOf('vxlan0')).toBe('br0'))
      await here.installation.converged()
    }
    return { ...here, declareAgain }
  }

  test('comes back when files declare the bridge again', async () => {
    const here = await lost()
    await here.declareAgain()
    expect(await here.masterOf('tap0')).toBe('br0')
  })

  test('does not come back when it was in another bridge meanwhile', async () => {
    const here = await lost()
    await here.host.ip('link set tap0 master other0')
    await delay(300)
    await here.host.ip('link set tap0 nomaster')
    await here.declareAgain()
    expect(await here.masterOf('tap0')).toBeUndefined()
  })

  test('does not come back when it has got an address of its own', async () => {
    const here = await lost()
    await here.host.ip('address add 10.0.9.1/24 dev tap0')
    await here.declareAgain()
    expect(await here.masterOf('tap0')).toBeUndefined()
  })

  test('does not keep its bridge from being as desired for good when it cannot come back', async () => {
    const here = await lost()
    // The kernel takes no link that has a macvlan on top as a port. Source: netdev_rx_handler_register(), net/core/dev.c.
    await here.host.ip('link add link tap0 name macvlan0 type macvlan mode bridge')
    here.installation.write('overlay.yaml', overlay)
    const warnings = () => here.installation.logged('not put back on br0')
    await eventually(async () => expect(warnings().length).toBeGreaterThan(0))
    await eventually(async () => expect((await here.installation.vxagent('diff')).code).toBe(0), {
      timeoutMs: 60_000,
      everyMs: 500,
    })
    expect(await here.masterOf('tap0')).toBeUndefined()
    expect(warnings().length).toBeLessThanOrEqual(8)
  }, 90_000)
})

test('hundreds of guests come back at once', async () => {
  const here = await scene(overlay)
  const { host, installation } = here
  const names = Array.from({ length: 200 }, (_, index) => `g${index}`)
  await host.ipBatch(
    names.map((name) => `link add ${name} type veth peer name ${name}p\nlink set ${name} master br0`).join('\n'),
  )
  await delay(1500)
  await host.ip('link delete br0')
  await eventually(async () => {
    const links: { master?: string }[] = await host.json('ip -j link show master br0')
    expect(links).toHaveLength(202)
  })
  await installation.converged()
})
