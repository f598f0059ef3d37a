/** BGP EVPN beside vxagent: the real FRR and vxagent on one vxlan, each with entries of its own. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Explanation } from '../src/agent/answers/explanation.ts'
import { eventually } from './support/eventually.ts'
import { isFrrInstalled, startFrr } from './support/frr.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

/** Everything that a leaf of an EVPN fabric has, with one VTEP and one MAC that no control plane knows. */
function leaf(address: string, more: object = {}) {
  return {
    vxlans: {
      vxlan42: {
        id: 42,
        local: address,
        dstport: 4789,
        learning: false,
        remotes: ['10.0.0.9'],
        fdb: [{ mac: '02:00:00:00:00:77', dst: '10.0.0.9' }],
        ...more,
      },
    },
    bridges: { br42: { ports: { vxlan42: { learning: false, neigh_suppress: true }, host: {} } } },
  }
}

interface Leaf {
  readonly host: Namespace
  readonly vxagent: Installation
  /** Directory of FRR's vty sockets. */
  readonly vty: string
}

/** Two leaves, FRR and a vxagent daemon on each, and a host behind each whose MAC the other leaf has heard of. */
async function fabric(): Promise<{ one: Leaf; two: Leaf; macBehindTwo: string }> {
  const [one, two] = [await namespace(onTestFinished), await namespace(onTestFinished)]
  await one.ip(`link add eth1 type veth peer name eth1 netns ${two.name}`)
  const leaves: Leaf[] = []
  for (const [host, address, neighbour] of [
    [one, '10.0.0.1', '10.0.0.2'],
    [two, '10.0.0.2', '10.0.0.1'],
  ] as const) {
    await host.ip(`address add ${address}/24 dev eth1`)
    await host.ip('link set eth1 up')
    await host.addVeth('host')
    const vxagent = installVxagent(host, { 'leaf.yaml': leaf(address) }, onTestFinished)
    await vxagent.startAndWait()
    await vxagent.converged()
    const vty = await startFrr(host, { address, neighbour }, onTestFinished)
    leaves.push({ host, vxagent, vty })
  }
  await two.ip('address add 192.168.9.2/24 dev host-far')
  const [{ address: macBehindTwo }] = await two.json('ip -j link show host-far')
  await eventually(
    async () => {
      // A frame for the bridge to learn from; nobody answers.
      await two.finish('ping', ['-c', '1', '-W', '1', '192.168.9.1'])
      expect(await selfEntries(one)).toContainEqual(extern(macBehindTwo, '10.0.0.2'))
    },
    { timeoutMs: 30_000, everyMs: 100 },
  )
  return { one: leaves[0] as Leaf, two: leaves[1] as Leaf, macBehindTwo }
}

/** The vxlan's own table, a word an entry: MAC, VTEP, and who marked it. */
async function selfEntries(host: Namespace): Promise<string[]> {
  const entries = await host.json('bridge -d -j fdb show dev vxlan42')
  return entries
    .filter(({ flags }: { flags: string[] }) => flags.includes('self'))
    .map(({ mac, dst, flags }: { mac: string; dst: string; flags: string[] }) =>
      [mac, dst, ...flags.filter((flag) => flag !== 'self')].join(' '),
    )
    .toSorted()
}

function extern(mac: string, vtep: string): string {
  return `${mac} ${vtep} extern_learn`
}

const flood = (vtep: string): string => `00:00:00:00:00:00 ${vtep}`
const ours = '02:00:00:00:00:77 10.0.0.9'

describe('with FRR on the same link', () => {
  beforeEach((context) => context.skip(!isFrrInstalled, 'FRR is not installed (apt-get install frr)'))

  test('both have their entries, and a change of the file changes ours alone', async () => {
    const { one, macBehindTwo } = await fabric()
    const theirs = [extern(macBehindTwo, '10.0.0.2'), flood('10.0.0.2')]
    expect(await selfEntries(one.host)).toEqual([...theirs, flood('10.0.0.9'), ours].toSorted())
    expect((await one.vxagent.status()).converged).toBe(true)

    one.vxagent.write('leaf.yaml', leaf('10.0.0.1', { remotes: ['10.0.0.8'], fdb: [] }))
    await eventually(async () => {
      expect(await selfEntries(one.host)).toEqual([...theirs, flood('10.0.0.8')].toSorted())
    })

    await one.host.bridge('fdb del 00:00:00:00:00:00 dev vxlan42 dst 10.0.0.8')
    await eventually(async () => {
      expect(await selfEntries(one.host)).toEqual([...theirs, flood('10.0.0.8')].toSorted())
    })
    const { counters } = await one.vxagent.status()
    expect(counters.repairs, 'entries of FRR are no drift').toBe(1)
  })

  test('explain tells the route behind an entry and behind a flood, and is silent where there is no FRR', async () => {
    const { one, macBehindTwo } = await fabric()
    const told = async (to: string, vty: string): Promise<string[]> => {
      const { stdout, stderr } = await one.vxagent.vxagent(
        ...['explain', to, '--dev', 'br42', '--json', '--frr-dir', vty],
      )
      const { steps } = JSON.parse(
        stdout === '' ? `{"steps":[{"table":"evpn","text":"${stderr}"}]}` : stdout,
      ) as Explanation
      return steps.filter(({ table }) => table === 'evpn').map(({ text }) => text)
    }
    expect(await told(macBehindTwo, one.vty)).toEqual([
      expect.stringMatching(
        `^the entry is of the EVPN route of type 2 for ${macBehindTwo}, route distinguisher 10\\.0\\.0\\.2:\\d+, next hop 10\\.0\\.0\\.2, from the neighbour 10\\.0\\.0\\.2, origin IGP, .*sequence 0`,
      ),
    ])
    expect(await told('ff:ff:ff:ff:ff:ff', one.vty)).toEqual([
      expect.stringMatching(/^FRR floods to 10\.0\.0\.2 by the EVPN route of type 3 .*distinguisher 10\.0\.0\.2:\d+/),
    ])
    expect(await told(macBehindTwo, '/nonexistent')).toEqual([])
  })

  test('an entry of FRR for a MAC that the file declares elsewhere is a conflict that names it, and stays', async () => {
    const { one, macBehindTwo } = await fabric()
    one.vxagent.write('leaf.yaml', leaf('10.0.0.1', { fdb: [{ mac: macBehindTwo, dst: '10.0.0.9' }] }))
    await eventually(async () => {
      const { objects } = await one.vxagent.status()
      const vxlan42 = objects.find(({ name }) => name === 'vxlan42')
      expect(vxlan42).toMatchObject({ state: 'conflict', source: { line: 1 } })
      expect(vxlan42?.reason).toContain(macBehindTwo)
    })
    expect(await selfEntries(one.host)).toContain(extern(macBehindTwo, '10.0.0.2'))
  })

  test('a replacement of the link keeps what FRR put on it', async () => {
    const { one, macBehindTwo } = await fabric()
    one.vxagent.write('leaf.yaml', leaf('10.0.0.1', { udpcsum: false }))
    await eventually(async () => {
      const [link] = await one.host.json('ip -d -j link show vxlan42')
      expect(link.linkinfo.info_data.udp_csum).toBe(false)
      expect(await selfEntries(one.host)).toEqual(
        [extern(macBehindTwo, '10.0.0.2'), flood('10.0.0.2'), flood('10.0.0.9'), ours].toSorted(),
      )
    })
  })
})
