/** Entries of bridges' forwarding tables: what ARP suppression needs, repaired, exported, and others' left alone. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Shown } from './support/applied.ts'
import type { Held } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { canFilterVlans, needsBridgeVlans } from './support/needs-linux.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

const remote = '02:00:00:00:00:09'
const other = '02:00:00:00:00:0a'
const third = '02:00:00:00:00:0b'

interface Host {
  readonly host: Namespace
  readonly guest: Namespace
  readonly agent: Installation
}

/** A vxlan that learns nothing, and a bridge that answers for what is behind it. */
function suppressing(entry: object, bridge: object = {}): object {
  return {
    vxlans: {
      vxlan0: {
        id: 42,
        dev: 'eth1',
        dstport: 4789,
        learning: false,
        remotes: ['10.0.2.2'],
        fdb: [{ mac: remote, dst: '10.0.2.2', ...entry }],
      },
    },
    bridges: {
      br0: {
        addrgenmode: 'none',
        ports: { vxlan0: { learning: false, neigh_suppress: true }, tap0: {} },
        neighbours: [{ ip: '10.0.1.9', mac: remote }],
        ...bridge,
      },
    },
  }
}

/** A host on an underlay, with a guest behind `tap0`, and its agent, which has converged. */
async function hostWithGuest(state: object): Promise<Host> {
  const host = await namespace(onTestFinished)
  const guest = await namespace(onTestFinished)
  await guest.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ip('neigh add 10.0.2.2 lladdr 52:54:00:00:00:02 dev eth1 nud permanent')
  await host.ip(`link add tap0 type veth peer name eth0 netns ${guest.name}`)
  await host.ip('link set tap0 up')
  await guest.ip('address add 10.0.1.1/24 dev eth0')
  await guest.ip('link set eth0 up')
  const agent = installVxagent(host, { 'a.yaml': state }, onTestFinished)
  await agent.startAndWait()
  await agent.converged()
  return { host, guest, agent }
}

/** Entries of the bridge for a MAC address: `vxlan0 static`, with flags and VLAN. */
async function entries(host: Namespace, mac: string): Promise<string[]> {
  const all: Shown[] = await host.json('bridge -d -j fdb show')
  return all
    .filter((entry) => entry.mac === mac && entry.master === 'br0')
    .map(({ ifname, state, flags, vlan }) => [ifname, state, ...flags, ...(vlan === undefined ? [] : [vlan])].join(' '))
    .sort()
}

/** As entries are shown, of one for all VLANs: the VLAN that every port has comes with it. */
async function ofAllVlans(text: string): Promise<string[]> {
  return (await canFilterVlans()) ? [text, `${text} 1`] : [text]
}

/** Frames that leave by the underlay. */
async function capture(host: Namespace): Promise<Held> {
  const held = host.hold('tcpdump', ['-l', '-n', '-e', '-Q', 'out', '-i', 'eth1', 'udp port 4789'])
  onTestFinished(async () => {
    held.process.kill('SIGKILL')
    await held.finished
  })
  await eventually(() => expect(held.output()).toContain('listening on'))
  return held
}

const countOf = (held: Held, what: RegExp): number =>
  held
    .output()
    .split('\n')
    .filter((line) => what.test(line)).length
const arp = /ARP.* who-has 10\.0\.1\.9/
const echo = new RegExp(`> ${remote}.*ICMP echo request`)

describe('suppression of ARP', () => {
  test('no question leaves for a neighbour behind a vxlan whose entry is one of the bridge too', async () => {
    const { host, guest, agent } = await hostWithGuest(suppressing({ master: true }))
    const packets = await capture(host)
    const { stdout } = await agent.vxagent('explain', '10.0.1.9', '--dev', 'tap0')
    expect(stdout).toContain('No question leaves')
    await guest.canPing('10.0.1.9')
    await eventually(() => expect(countOf(packets, echo)).toBe(1))
    expect(countOf(packets, arp)).toBe(0)
    const [neighbour] = await guest.json('ip -j neigh show 10.0.1.9')
    expect(neighbour).toMatchObject({ lladdr: remote })
  })

  test('one leaves without the entry, and validate says so before', async () => {
    const { host, guest, agent } = await hostWithGuest(suppressing({}))
    const packets = await capture(host)
    expect((await agent.vxagent('validate')).stderr).toContain(
      `br0 knows 10.0.1.9 as ${remote}, but has no forwarding entry for that`,
    )
    const { stdout } = await agent.vxagent('explain', '10.0.1.9', '--dev', 'tap0')
    expect(stdout).not.toContain('No question leaves')
    await guest.canPing('10.0.1.9')
    await eventually(() => expect(countOf(packets, arp)).toBeGreaterThan(0))
  })
})

describe('an entry of ours', () => {
  test('is put back when somebody deletes or moves it, and when its port is made again', async () => {
    const { host, agent } = await hostWithGuest(suppressing({ master: true }))
    const wanted = await ofAllVlans('vxlan0 static')
    expect(await entries(host, remote)).toEqual(wanted)
    const again = (): Promise<void> => eventually(async () => expect(await entries(host, remote)).toEqual(wanted))

    await host.bridge(`fdb del ${remote} dev vxlan0 master`)
    await again()
    await host.bridge(`fdb replace ${remote} dev tap0 master static`)
    await again()
    await host.bridge(`fdb replace ${remote} dev vxlan0 master sticky static`)
    await again()
    await host.ip('link set vxlan0 nomaster')
    await again()
    await host.ip('link delete vxlan0')
    await again()
    await agent.converged()
    const { objects } = await agent.status()
    expect(objects.find(({ name }) => name === 'br0')?.lastRepair?.what.join()).toContain(
      `fdb ${remote} static dev vxlan0 master br0`,
    )
  })

  test('is moved back when the address is seen at another port, unless it is sticky', async () => {
    const { host, guest, agent } = await hostWithGuest(suppressing({ master: true }))
    const wanted = await ofAllVlans('vxlan0 static')
    await guest.ip(`link set eth0 address ${remote}`)
    await guest.canPing('10.0.1.77')
    await eventually(async () => {
      expect((await agent.status()).counters.repairs).toBeGreaterThan(0)
      expect(await entries(host, remote)).toEqual(wanted)
    })

    agent.write('a.yaml', suppressing({ master: true, sticky: true }))
    const sticky = await ofAllVlans('vxlan0 static sticky')
    await eventually(async () => expect(await entries(host, remote)).toEqual(sticky))
    await agent.converged()
    const { repairs } = (await agent.status()).counters
    await guest.canPing('10.0.1.78')
    expect(await entries(host, remote)).toEqual(sticky)
    expect((await agent.status()).counters.repairs).toBe(repairs)
  })

  test('goes when it is no longer stated, and others stay', async () => {
    const { host, agent } = await hostWithGuest(suppressing({ master: true }))
    await host.bridge(`fdb add ${other} dev tap0 master static`)
    agent.write('a.yaml', suppressing({}))
    await eventually(async () => expect(await entries(host, remote)).toEqual([]))
    await agent.converged()
    expect(await entries(host, other)).toEqual(await ofAllVlans('tap0 static'))
    // It is what the file asks for now, and repairs nothing.
    expect((await agent.status()).counters.repairs).toBe(0)
  })

  test('that went while nobody looked is not ours when somebody makes it again', async () => {
    const { host, agent } = await hostWithGuest(suppressing({ master: true }))
    await agent.stop()
    agent.write('a.yaml', suppressing({}))
    await host.bridge(`fdb del ${remote} dev vxlan0 master`)
    await agent.startAndWait()
    await agent.converged()
    await host.bridge(`fdb add ${remote} dev vxlan0 master static`)
    expect((await agent.vxagent('diff')).code).toBe(0)
    expect(await entries(host, remote)).toEqual(await ofAllVlans('vxlan0 static'))
  })

  test('comes through a replacement of its port', async () => {
    const { host, agent } = await hostWithGuest(
      suppressing({ master: true }, { fdb: [{ mac: other, dev: 'vxlan0', sticky: true }] }),
    )
    await host.bridge(`fdb add ${third} dev vxlan0 master static`)
    const state = JSON.parse(JSON.stringify(suppressing({ master: true })))
    state.vxlans.vxlan0.dstport = 4790
    agent.write('a.yaml', state)
    await eventually(async () => {
      const [link] = await host.json('ip -d -j link show vxlan0')
      expect(link.linkinfo.info_data.port).toBe(4790)
      expect(await entries(host, remote)).toEqual(await ofAllVlans('vxlan0 static'))
      // It was stated before, and is no more; the last is somebody else's.
      expect(await entries(host, other)).toEqual([])
      expect(await entries(host, third)).toEqual(await ofAllVlans('vxlan0 static'))
    })
    await agent.converged()
  })

  test('may be an address of this host, behind a port or the bridge itself', async () => {
    const fdb = [
      { mac: other, dev: 'br0' },
      { mac: third, dev: 'tap0', state: 'permanent' },
    ]
    const { host, agent } = await hostWithGuest(suppressing({}, { fdb }))
    expect(await entries(host, other)).toEqual(await ofAllVlans('br0 permanent'))
    expect(await entries(host, third)).toEqual(await ofAllVlans('tap0 permanent'))
    await host.bridge(`fdb del ${other} dev br0 self`)
    await eventually(async () => expect(await entries(host, other)).toEqual(await ofAllVlans('br0 permanent')))
    agent.write('a.yaml', suppressing({}))
    await eventually(async () => expect(await entries(host, other)).toEqual([]))
    expect(await entries(host, third)).toEqual([])
    await agent.converged()
  })

  test('waits for a port that is not there, and comes with it', async () => {
    const { host, agent } = await hostWithGuest(suppressing({}))
    agent.write('a.yaml', suppressing({}, { ports: ['vxlan0', 'tap0', 'tap9'], fdb: [{ mac: other, dev: 'tap9' }] }))
    await eventually(async () => {
      const { objects } = await agent.status()
      expect(objects.find(({ name }) => name === 'br0')).toMatchObject({
        state: 'waiting',
        reason: 'tap9 is not a port of br0: one forwarding entry waits for that',
      })
    })
    expect(await entries(host, other)).toEqual([])
    await host.addVeth('tap9')
    await eventually(async () => expect(await entries(host, other)).toEqual(await ofAllVlans('tap9 static')))
    await agent.converged()
  })

  test('waits for a port that the kernel refuses, and the bridge goes on with all others', async () => {
    const { host, agent } = await hostWithGuest(suppressing({}))
    // No bridge can be in a bridge.
    await host.ip('link add tap9 type bridge')
    const fdb = [
      { mac: other, dev: 'tap9' },
      { mac: third, dev: 'tap0' },
    ]
    agent.write('a.yaml', suppressing({}, { ports: ['vxlan0', 'tap0', 'tap9'], fdb }))
    const expectWaiting = () =>
      eventually(async () => {
        const { objects } = await agent.status()
        expect(objects.find(({ name }) => name === 'tap9')).toMatchObject({ state: 'failing' })
        expect(objects.find(({ name }) => name === 'br0')).toMatchObject({
          state: 'waiting',
          reason: 'tap9 is not a port of br0: one forwarding entry waits for that',
        })
      })
    await expectWaiting()
    expect(await entries(host, third)).toEqual(await ofAllVlans('tap0 static'))
    await host.ip('link set br0 down')
    await eventually(async () =>
      expect(await host.json('ip -j link show dev br0 up')).toMatchObject([{ ifname: 'br0' }]),
    )
    await expectWaiting()

    await host.ip('link delete tap9')
    await host.addVeth('tap9')
    await eventually(async () => expect(await entries(host, other)).toEqual(await ofAllVlans('tap9 static')))
    await agent.converged()
  })
})

test('one apply makes links and entries at once, and what fails keeps nothing else', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.addVeth('tap0')
  const agent = installVxagent(host, { 'a.yaml': suppressing({ master: true }) }, onTestFinished)
  expect((await agent.vxagent('diff')).stdout).toContain(
    `fdb ${remote} static dev vxlan0 master br0: add (declared, absent)`,
  )
  expect(await agent.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  expect(await entries(host, remote)).toEqual(await ofAllVlans('vxlan0 static'))
  expect((await agent.vxagent('diff')).code).toBe(0)
  expect((await agent.vxagent('teardown')).code).toBe(0)

  // Somebody has the VNI and the port.
  await host.ip('link add taken type vxlan id 42 dstport 4789 dev eth1')
  agent.write('a.yaml', suppressing({ master: true }, { fdb: [{ mac: other, dev: 'tap0' }] }))
  expect((await agent.vxagent('apply')).code).toBe(1)
  expect(await entries(host, other)).toEqual(await ofAllVlans('tap0 static'))
})

describe('an entry of others', () => {
  test('stays, is a conflict where another is declared, and makes way when it goes', async () => {
    const { host, agent } = await hostWithGuest(suppressing({}))
    await host.bridge(`fdb add ${other} dev tap0 master static`)
    agent.write('a.yaml', suppressing({}, { fdb: [{ mac: other, dev: 'vxlan0' }] }))
    await eventually(async () => {
      const { objects } = await agent.status()
      expect(objects.find(({ name }) => name === 'br0')).toMatchObject({
        state: 'conflict',
        reason: expect.stringContaining(`something else has put other forwarding entries for ${other} into br0`),
      })
    })
    expect(await entries(host, other)).toEqual(await ofAllVlans('tap0 static'))
    await host.bridge(`fdb del ${other} dev tap0 master`)
    await eventually(async () => expect(await entries(host, other)).toEqual(await ofAllVlans('vxlan0 static')))
    await agent.converged()
  })

  test('that is as declared is left alone, and stays when it is stated no more', async () => {
    const { host, agent } = await hostWithGuest(suppressing({}))
    await host.bridge(`fdb add ${other} dev vxlan0 master static`)
    agent.write('a.yaml', suppressing({}, { fdb: [{ mac: other, dev: 'vxlan0' }] }))
    await agent.converged()
    expect((await agent.vxagent('diff')).code).toBe(0)
    agent.write('a.yaml', suppressing({}))
    await agent.converged()
    expect((await agent.vxagent('diff')).code).toBe(0)
    expect(await entries(host, other)).toEqual(await ofAllVlans('vxlan0 static'))
  })

  test('that the kernel learned gives way', async () => {
    const { host, guest, agent } = await hostWithGuest(suppressing({}))
    await guest.ip(`link set eth0 address ${other}`)
    await guest.canPing('10.0.1.77')
    expect((await entries(host, other)).join()).toContain('tap0')
    agent.write('a.yaml', suppressing({}, { fdb: [{ mac: other, dev: 'vxlan0', sticky: true }] }))
    const wanted = await ofAllVlans('vxlan0 static sticky')
    await eventually(async () => expect(await entries(host, other)).toEqual(wanted))
    await agent.converged()
  })
})

test('what is exported, and applied to another host, is the same there, and nothing is left to do', async () => {
  const state = suppressing(
    { master: true },
    {
      fdb: [
        { mac: other, dev: 'tap0', sticky: true },
        { mac: third, dev: 'br0' },
      ],
    },
  )
  const { host, agent } = await hostWithGuest(state)
  await host.bridge(`fdb add 02:00:00:00:00:0c dev vxlan0 master static`)
  const exported = await agent.vxagent('export')
  expect(exported).toMatchObject({ code: 0, stderr: '' })
  expect(exported.stdout).toContain('master: true')
  const { host: second, agent: agentOfSecond } = await hostWithGuest({})
  agentOfSecond.write('a.yaml', exported.stdout.replaceAll(/^ *adopt: true\n/gm, ''))
  await eventually(async () => expect(await entries(second, remote)).toHaveLength((await ofAllVlans('')).length))
  await agentOfSecond.converged()
  for (const mac of [remote, other, third, '02:00:00:00:00:0c']) {
    expect(await entries(second, mac)).toEqual(await entries(host, mac))
  }
  expect((await agentOfSecond.vxagent('export')).stdout).toBe(exported.stdout)
})

test('what vxagent shows of a bridge is what iproute2 shows', async () => {
  const { host, agent } = await hostWithGuest(suppressing({ master: true, sticky: true }))
  const { stdout } = await agent.vxagent('fdb', '--json')
  const shown: Shown[] = JSON.parse(stdout)
  const iproute2: Shown[] = await host.json('bridge -d -j fdb show')
  const ofBridge = (list: Shown[]): Shown[] =>
    list
      .filter(({ master, mac }) => master === 'br0' && mac === remote)
      .map(({ mac, ifname, master, state, flags, vlan }) => ({ mac, ifname, master, state, flags, vlan }))
  expect(ofBridge(shown)).toEqual(ofBridge(iproute2))
  expect(ofBridge(shown)[0]).toMatchObject({ ifname: 'vxlan0', state: 'static', flags: ['sticky'] })
})

describe('with VLANs', () => {
  const inVlans = (fdb: readonly object[], vlans: readonly (number | string)[] = [10, 20]): object =>
    suppressing(
      {},
      {
        vlan_filtering: true,
        ports: { vxlan0: { learning: false, vlans }, tap0: { vlans: [10] } },
        neighbours: [],
        fdb,
      },
    )

  test('an entry is for one, or for all of the port, those that come later too', async (context) => {
    await needsBridgeVlans(context)
    const { host, agent } = await hostWithGuest(
      inVlans([
        { mac: other, dev: 'vxlan0' },
        { mac: third, dev: 'vxlan0', vlan: 20 },
      ]),
    )
    expect(await entries(host, other)).toEqual(['vxlan0 static', 'vxlan0 static 10', 'vxlan0 static 20'])
    expect(await entries(host, third)).toEqual(['vxlan0 static 20'])

    await host.bridge(`fdb del ${other} dev vxlan0 master vlan 20`)
    await host.bridge(`fdb replace ${other} dev tap0 master static vlan 10`)
    await eventually(async () =>
      expect(await entries(host, other)).toEqual(['vxlan0 static', 'vxlan0 static 10', 'vxlan0 static 20']),
    )
    agent.write('a.yaml', inVlans([{ mac: other, dev: 'vxlan0' }], [10, 20, 30]))
    await eventually(async () =>
      expect(await entries(host, other)).toEqual([
        'vxlan0 static',
        'vxlan0 static 10',
        'vxlan0 static 20',
        'vxlan0 static 30',
      ]),
    )
    expect(await entries(host, third)).toEqual([])
    await agent.converged()
  })

  test('an entry for all of them becomes one for one, and goes from all', async (context) => {
    await needsBridgeVlans(context)
    const { host, agent } = await hostWithGuest(inVlans([{ mac: other, dev: 'vxlan0' }]))
    agent.write('a.yaml', inVlans([{ mac: other, dev: 'vxlan0', vlan: 10 }]))
    await eventually(async () => expect(await entries(host, other)).toEqual(['vxlan0 static 10']))
    await agent.converged()
    agent.write('a.yaml', inVlans([{ mac: other, dev: 'tap0' }]))
    await eventually(async () => expect(await entries(host, other)).toEqual(['tap0 static', 'tap0 static 10']))
    await agent.converged()
    agent.write('a.yaml', inVlans([{ mac: other, dev: 'vxlan0' }]))
    await eventually(async () => expect(await entries(host, other)).toHaveLength(3))
    await agent.converged()
    agent.write('a.yaml', inVlans([{ mac: other, dev: 'tap0' }]))
    await eventually(async () => expect(await entries(host, other)).toEqual(['tap0 static', 'tap0 static 10']))
    agent.write('a.yaml', inVlans([]))
    await eventually(async () => expect(await entries(host, other)).toEqual([]))
    await agent.converged()
  })

  test('one for a VLAN that the port is not in waits for it', async (context) => {
    await needsBridgeVlans(context)
    const { host, agent } = await hostWithGuest(inVlans([]))
    const state = inVlans([{ mac: other, dev: 'vxlan9', vlan: 30 }])
    agent.write('a.yaml', JSON.stringify(state).replaceAll('"vxlan9"', '"tap9"'))
    await host.addVeth('tap9')
    await host.ip('link set tap9 master br0')
    await eventually(async () => {
      const { objects } = await agent.status()
      expect(objects.find(({ name }) => name === 'br0')?.reason).toContain('tap9 is not in VLAN 30')
    })
    await host.bridge('vlan add vid 30 dev tap9')
    await eventually(async () => expect(await entries(host, other)).toEqual(['tap9 static 30']))
    await agent.converged()
  })

  test('what is exported is the same when it is applied', async (context) => {
    await needsBridgeVlans(context)
    const fdb = [
      { mac: other, dev: 'vxlan0' },
      { mac: third, dev: 'vxlan0', vlan: 20 },
    ]
    const { agent } = await hostWithGuest(inVlans(fdb))
    const { stdout } = await agent.vxagent('export', '--json')
    expect(JSON.parse(stdout).bridges.br0.fdb).toEqual(fdb)
  })
})
