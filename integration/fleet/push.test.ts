/** Files pushed to the hosts of a fleet, on a real etcd and real agents. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PushReport } from '../../src/fleet/members/push-standing.ts'
import type { PushOutcome } from '../../src/fleet/operate/push.ts'
import type { Finished, Held } from '../support/command.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'
import { vxagentPath } from '../support/vxagent.ts'

const names = ['ubuntu', 'vyos01', 'vyos02']
const config = '/vxagent/v1/lab/config/'

/** A vxlan that no local file has. */
const tenant = (more: object = {}): object => ({
  vxlans: { vxlan100: { id: 100, local: '10.77.0.101', dstport: 4789, remotes: ['10.77.0.250'], ...more } },
})

interface PushFleet {
  readonly cluster: EtcdCluster
  readonly hosts: readonly [FleetHost, FleetHost, FleetHost]
  /** Writes a file for the operator. */
  readonly file: (name: string, content: unknown) => string
  /** `vxagent fleet ARGUMENTS`, on the first host. */
  readonly fleet: (...args: readonly string[]) => Promise<Finished>
  readonly hold: (...args: readonly string[]) => Held
}

/** @param refusing a host whose section does not say `config: accept` */
async function pushFleet({ refusing }: { readonly refusing?: string } = {}): Promise<PushFleet> {
  const cluster = await startEtcd(onTestFinished, { members: 1 })
  const fleetOf = async (name: string): Promise<object> => ({
    insecure: true,
    ...(name !== refusing && { config: 'accept' }),
  })
  const hosts = (await startHosts(cluster, names, onTestFinished, { fleetOf })) as unknown as PushFleet['hosts']
  await expectMesh(hosts)
  const [operator] = hosts
  const { installation } = operator
  return {
    cluster,
    hosts,
    file: (name, content) => {
      const path = join(installation.directory, name)
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
      return path
    },
    fleet: (...args) => installation.vxagent('fleet', ...args),
    hold: (...args) => operator.host.hold(process.execPath, [vxagentPath, 'fleet', ...args], installation.env),
  }
}

async function linkNames(host: FleetHost): Promise<string[]> {
  const links: { ifname: string }[] = await host.host.json('ip -j link show type vxlan')
  return links.map(({ ifname }) => ifname).sort()
}

function expectLinks(host: FleetHost, links: readonly string[], timeoutMs = 30_000): Promise<void> {
  return eventually(
    async () => {
      expect(await linkNames(host), `${host.name}\n${host.log().slice(-2000)}`).toEqual(links)
    },
    { timeoutMs, everyMs: 100 },
  )
}

function outcomeOf({ stdout, stderr }: Finished): PushOutcome {
  try {
    return JSON.parse(stdout) as PushOutcome
  } catch {
    throw new Error(`no outcome: ${stdout}\n${stderr}`)
  }
}

describe.skipIf(!isEtcdInstalled)('a file pushed to a fleet', () => {
  test('is planned by every host, applied by all of them, changed, rolled back and removed', async () => {
    const { cluster, hosts, file, fleet } = await pushFleet({ refusing: 'vyos02' })
    const [ubuntu, vyos01, vyos02] = hosts
    const path = file('tenants.yaml', tenant())

    const planned = await fleet('push', path, '--to', 'all', '--dry-run')
    expect(planned, planned.stderr).toMatchObject({ code: 0 })
    expect(planned.stdout).toContain('ubuntu: 2 changes\n  + link vxlan100: create with id 100')
    expect(planned.stdout).toContain('vyos02: takes no pushed files: its fleet section does not say config: accept')
    expect([...(await cluster.truth(config)).keys()]).toEqual([])
    const unasked = await fleet('push', path, '--to', 'all')
    expect(unasked).toMatchObject({ code: 64 })
    const nobody = await fleet('push', path, '--to', 'vyos9*', '--yes')
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('no host of the fleet matches vyos9*') })

    // At a terminal it asks.
    const typed = `${process.execPath} ${vxagentPath} fleet push ${path} --to ubuntu`
    const declined = await ubuntu.host.finish('script', ['-qec', typed, '/dev/null'], {
      env: ubuntu.installation.env,
      input: 'no\n',
    })
    expect(declined).toMatchObject({ code: 3, stdout: expect.stringContaining('Push it to 1 of 1 hosts? [y/N]') })
    expect([...(await cluster.truth(config)).keys()]).toEqual([])

    const done = await fleet('push', path, '--to', 'all', '--yes')
    expect(done, done.stderr).toMatchObject({ code: 0 })
    expect(done.stdout).toContain('revision 1 of tenants.yaml: applied by 2 hosts')
    await expectLinks(ubuntu, ['vxlan0', 'vxlan100'])
    await expectLinks(vyos01, ['vxlan0', 'vxlan100'])
    await expectLinks(vyos02, ['vxlan0'])
    const status = await vyos01.installation.status()
    expect(status.desired.files).toContain('fleet:tenants.yaml')
    expect(status.fleet?.pushed).toMatchObject([{ name: 'tenants.yaml', revision: 1, state: 'applied', inForce: 1 }])
    expect(vyos01.installation.logged(/^pushed file tenants\.yaml revision 1 by .*@.*: applied$/)).toHaveLength(1)
    const events = await vyos01.installation.vxagent('events', '--once', '--json', '--kind', 'pushed-file')
    expect(events.stdout, events.stderr).toContain('pushed file tenants.yaml revision 1 by')
    expect(
      await fleet('wait', '--file', 'tenants.yaml', '--timeout', '30', '--fleet-socket', ubuntu.fleetSocket),
    ).toMatchObject({
      code: 0,
    })

    const changed = file('tenants.yaml', tenant({ mtu: 1400 }))
    expect(await fleet('push', changed, '--to', 'vni:42', '--yes')).toMatchObject({ code: 0 })
    const [link] = (await vyos01.host.json('ip -j link show vxlan100')) as { mtu: number }[]
    expect(link?.mtu).toBe(1400)
    const history = JSON.parse((await fleet('history', 'tenants.yaml', '--json')).stdout) as {
      revisions: { revision: number; selector: string; by: { user: string } }[]
      now: PushReport
    }
    expect(history.revisions).toMatchObject([
      { revision: 2, selector: 'vni:42' },
      { revision: 1, selector: 'all' },
    ])
    expect(history.now.hosts.map(({ node, state }) => [node, state])).toEqual([
      ['ubuntu', 'applied'],
      ['vyos01', 'applied'],
    ])

    const back = await fleet('rollback', 'tenants.yaml', '--yes', '--json')
    expect(back, back.stderr).toMatchObject({ code: 0 })
    expect(outcomeOf(back)).toMatchObject({ result: 'done', plan: { revision: 3, restores: 1 } })
    const [restored] = (await vyos01.host.json('ip -j link show vxlan100')) as { mtu: number }[]
    expect(restored?.mtu).toBe(1500)

    const removed = await fleet('rollback', 'tenants.yaml', '--to-revision', 'none', '--yes')
    expect(removed, removed.stderr).toMatchObject({ code: 0 })
    await expectLinks(ubuntu, ['vxlan0'])
    await expectLinks(vyos01, ['vxlan0'])
    expect((await vyos01.installation.status()).desired.files).not.toContain('fleet:tenants.yaml')
  })

  test('is refused whole where it clashes, and the place is named', async () => {
    const { hosts, file, fleet } = await pushFleet()
    const [ubuntu, vyos01] = hosts
    ubuntu.installation.write('own.json', tenant())
    await expectLinks(ubuntu, ['vxlan0', 'vxlan100'])
    const path = file('tenants.yaml', {
      vxlans: {
        ...(tenant() as { vxlans: object }).vxlans,
        vxlan200: { id: 200, local: '10.77.0.101', dstport: 4789 },
      },
    })
    const refused = await fleet('push', path, '--to', 'all', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(
      /ubuntu: would refuse it: .*fleet:tenants\.yaml:1:\d+.*vxlan100 is defined a second time/,
    )
    expect(refused.stderr).toContain('nothing was pushed; mend that, or leave them out with --partial or --to')
    await expectLinks(vyos01, ['vxlan0'])

    const partial = await fleet('push', path, '--to', 'all', '--yes', '--partial', '--json')
    expect(partial, partial.stderr).toMatchObject({ code: 3 })
    expect(outcomeOf(partial)).toMatchObject({ result: 'done', plan: { leftOut: ['ubuntu'] } })
    await expectLinks(vyos01, ['vxlan0', 'vxlan100', 'vxlan200'])
    await expectLinks(ubuntu, ['vxlan0', 'vxlan100'])

    // A local file that clashes later is as wrong as beside another local one: what is in force stays, and both places are named.
    vyos01.installation.write('late.json', tenant())
    await eventually(async () => {
      const { desired } = await vyos01.installation.status()
      expect(desired.enforcing).toBe('last valid')
      expect(JSON.stringify(desired.issues)).toContain('fleet:tenants.yaml')
    })
    await expectLinks(vyos01, ['vxlan0', 'vxlan100', 'vxlan200'])
    const validated = await vyos01.installation.vxagent('validate')
    expect(validated).toMatchObject({ code: 4, stderr: expect.stringContaining('fleet:tenants.yaml:1:') })

    for (const [content, code] of [
      [{ fleet: { name: 'other', endpoints: ['http://127.0.0.1:1'] }, ...tenant() }, 4],
      ['vxlans: {', 4],
    ] as const) {
      const bad = await fleet('push', file('bad.yaml', content), '--to', 'all', '--yes')
      expect(bad, bad.stderr).toMatchObject({ code })
    }
  })

  test('goes no further than the first host when it is bad there, or when its command is killed', async () => {
    const { cluster, hosts, file, fleet, hold } = await pushFleet()
    const [ubuntu, vyos01] = hosts
    const bad = file('bad.yaml', tenant({ dev: 'nowhere0' }))
    const stopped = await fleet('push', bad, '--to', 'all', '--canary', '1', '--timeout', '6', '--yes', '--json')
    expect(stopped, stopped.stderr).toMatchObject({ code: 3 })
    expect(outcomeOf(stopped)).toMatchObject({
      result: 'stopped',
      problems: [expect.stringContaining('ubuntu has it, and 1 of its links are not as declared, 0 before')],
      plan: { canaries: ['ubuntu'] },
    })
    await expectLinks(vyos01, ['vxlan0'])
    expect((await vyos01.installation.status()).desired.files).not.toContain('fleet:bad.yaml')
    const check = await fleet('check', '--fleet-socket', ubuntu.fleetSocket)
    expect(check.stdout).toContain('push-stopped')
    const back = await fleet('rollback', 'bad.yaml', '--yes')
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 })

    const good = file('good.yaml', tenant())
    const killed = hold('push', good, '--to', 'all', '--canary', '1', '--soak', '60', '--timeout', '90', '--yes')
    await expectLinks(ubuntu, ['vxlan0', 'vxlan100'])
    const second = await fleet('push', good, '--to', 'all', '--yes')
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/ is at good\.yaml since /) })
    killed.process.kill('SIGKILL')
    await killed.finished
    await eventually(
      async () => expect([...(await cluster.truth(`${config}good.yaml/`)).keys()]).toEqual([`${config}good.yaml/file`]),
      { timeoutMs: 60_000, everyMs: 500 },
    )
    await expectLinks(vyos01, ['vxlan0'])
    await expectLinks(ubuntu, ['vxlan0', 'vxlan100'])
    const again = await fleet('push', good, '--to', 'all', '--yes')
    expect(again, again.stdout + again.stderr).toMatchObject({ code: 0 })
    await expectLinks(vyos01, ['vxlan0', 'vxlan100'])
  })

  test('that cuts one host off returns there by itself, and the others keep it when it is confirmed', async () => {
    const { hosts, file, fleet } = await pushFleet()
    const [ubuntu, vyos01, vyos02] = hosts
    // What is a spare port elsewhere is the underlay here.
    await vyos01.host.ip('link set eth1 down')
    await vyos01.host.ip('link set eth1 name lan9')
    await vyos01.host.ip('link set lan9 up')
    vyos01.declare({ vxlan: { dev: 'lan9' } })
    for (const host of [ubuntu, vyos02]) {
      await host.host.ip('link add lan9 type veth peer name lan9far')
      await host.host.ip('link set lan9 up')
    }
    await expectMesh(hosts)
    // To be a port alone does not cut a host off: frames to its address come up by the bridge. While STP listens, for a minute here, they do not.
    const br9 = { stp: true, forward_delay: 30, ports: { lan9: {} } }
    const path = file('bridge.yaml', { bridges: { br9 } })
    const pushed = await fleet('push', path, '--to', 'all', '--confirm', '24', '--yes', '--json')
    expect(pushed, pushed.stderr).toMatchObject({ code: 3 })
    expect(outcomeOf(pushed)).toMatchObject({
      result: 'incomplete',
      problems: [expect.stringContaining('vyos01')],
    })
    const bridgeOf = async (host: FleetHost): Promise<string> => host.host.ip('-br link show type bridge')
    expect(await bridgeOf(vyos01)).toContain('br9')
    const confirmed = await fleet('confirm', 'bridge.yaml', '--timeout', '60', '--json')
    expect(confirmed, confirmed.stderr).toMatchObject({ code: 3 })
    const { notAppliedWhenConfirmed, ...report } = JSON.parse(confirmed.stdout)
    // It may have told that it is on trial just before it was cut off.
    expect([[], ['vyos01']]).toContainEqual(notAppliedWhenConfirmed)
    expect(report).toMatchObject({
      hosts: [
        { node: 'ubuntu', state: 'applied' },
        { node: 'vyos01', state: 'returned' },
        { node: 'vyos02', state: 'applied' },
      ],
    })
    expect(await bridgeOf(vyos01)).not.toContain('br9')
    expect(await bridgeOf(ubuntu)).toContain('br9')
    expect(await bridgeOf(vyos02)).toContain('br9')
    expect(
      vyos01.installation.logged(/^pushed file bridge\.yaml revision 1 .*: returned to what was before/),
    ).toHaveLength(1)
    // It does not take that revision again.
    await delay(3000)
    expect(await bridgeOf(vyos01)).not.toContain('br9')
    expect((await vyos02.installation.status()).desired.enforcing).toBe('current')
    await expectMesh(hosts)
  })

  test('returns on all hosts without a confirmation, and by a crash of the agent too', async () => {
    const { hosts, file, fleet } = await pushFleet()
    const [ubuntu, vyos01] = hosts
    const path = file('tenants.yaml', tenant())
    const pushed = await fleet('push', path, '--to', 'all', '--confirm', '15', '--yes')
    expect(pushed, pushed.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('3 hosts on trial') })
    await vyos01.installation.stop('SIGKILL')
    await vyos01.installation.startAndWait()
    for (const host of hosts) {
      await expectLinks(host, ['vxlan0'], 40_000)
    }
    await eventually(
      async () => {
        const now = JSON.parse((await fleet('history', '--json')).stdout) as PushReport[]
        expect(now[0]?.hosts.map(({ state }) => state)).toEqual(['returned', 'returned', 'returned'])
      },
      { timeoutMs: 30_000, everyMs: 500 },
    )
    expect(await fleet('check', '--fleet-socket', ubuntu.fleetSocket)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('push-not-applied'),
    })

    // A trial of a person on a host is not taken over.
    ubuntu.installation.write('mine.json', { vxlans: { vxlan300: { id: 300, local: '10.77.0.101', dstport: 4789 } } })
    const local = await ubuntu.installation.vxagent('apply', '--confirm', '30')
    expect(local, local.stderr).toMatchObject({ code: 0 })
    const planned = await fleet('push', path, '--to', 'ubuntu', '--dry-run')
    expect(planned).toMatchObject({ code: 3, stdout: expect.stringContaining('a state is on trial on this host') })
  })

  test('stays in force without etcd and after a restart, and no loss of the store removes it', async () => {
    const { cluster, hosts, file, fleet } = await pushFleet()
    const [, vyos01, vyos02] = hosts
    const [member] = cluster.members
    expect(await fleet('push', file('tenants.yaml', tenant()), '--to', 'all', '--yes')).toMatchObject({ code: 0 })

    await member?.kill()
    await vyos01.killFleet()
    await vyos01.installation.stop()
    await vyos01.host.ip('link delete vxlan100')
    await vyos01.installation.startAndWait()
    vyos01.startFleet()
    await expectLinks(vyos01, ['vxlan0', 'vxlan100'])
    const away = await fleet('push', file('tenants.yaml', tenant({ mtu: 1400 })), '--to', 'all', '--yes')
    expect(away.code).toBe(1)

    member?.wipe()
    member?.start()
    await Promise.all(hosts.map((host) => host.live()))
    await delay(3000)
    for (const host of hosts) {
      await expectLinks(host, ['vxlan0', 'vxlan100'])
    }
    const again = await fleet('push', file('tenants.yaml', tenant({ mtu: 1400 })), '--to', 'all', '--yes', '--json')
    expect(again, again.stderr).toMatchObject({ code: 0 })
    // Hosts know of a revision that the store has lost: the new one comes after that.
    expect(outcomeOf(again).plan.revision).toBe(2)

    const hostile = [
      'not JSON',
      '{"v":1}',
      JSON.stringify({ v: 1, revision: 9, id: 'x', text: 'x'.repeat(100_000) }),
      JSON.stringify({ v: 1, revision: -1, id: '\u001b[2J', nodes: ['vyos02'] }),
    ]
    for (const [index, value] of hostile.entries()) {
      await cluster.put(`${config}evil${index}/file`, value)
    }
    await cluster.put(`${config}evil/file/more`, '{}')
    await cluster.put(`${config}${'a'.repeat(200)}/file`, '{}')
    const push = (text: string, name: string): Promise<void> =>
      cluster.put(
        `${config}${name}/file`,
        JSON.stringify({
          ...{ v: 1, revision: 1, id: 'hostile', text, selector: 'all', at: '2026-12-01T00:00:00Z' },
          ...{ by: { user: 'mallory', host: 'ops' }, canaries: [], nodes: ['vyos02'], isReleased: true },
        }),
      )
    await push('fleet: {name: evil, endpoints: ["http://127.0.0.1:1"], config: accept}', 'section')
    await push(`${'&a [*a, '.repeat(2000)}`, 'bomb')
    await push('vxlans: {vxlan0: {id: 7}}', 'clash')
    await eventually(
      async () => {
        const pushed = (await vyos02.installation.status()).fleet?.pushed ?? []
        expect(pushed.map(({ name, state }) => [name, state])).toEqual([
          ['bomb', 'refused'],
          ['clash', 'refused'],
          ['section', 'refused'],
          ['tenants.yaml', 'applied'],
        ])
      },
      { timeoutMs: 30_000 },
    )
    expect((await vyos02.installation.status()).converged).toBe(true)
    await expectLinks(vyos02, ['vxlan0', 'vxlan100'])
    const noted = await vyos02.installation.status()
    expect(noted.fleet?.pushed?.find(({ name }) => name === 'section')?.reason).toContain('fleet:section:1:1')
    await Promise.all(hosts.map((host) => host.live()))
  })
})
