/** `vxagent teardown`: all that vxagent made goes, and nothing else. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const vxlans = {
  vxlan0: { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] },
  vxlan1: { id: 43, remotes: ['10.0.2.9'], dev: 'eth1', dstport: 4789, master: 'br0' },
}
const bridges = { br0: { ports: ['tap'] } }

async function applied(): Promise<Installation> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ip('link add theirs type vxlan id 7 dstport 4789 dev eth1')
  await host.ip('link add tap type veth peer name tap-far')
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans, bridges } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  return installation
}

async function namesOfLinks(host: Namespace): Promise<string[]> {
  const links: { ifname: string }[] = await host.json('ip -j link show')
  return links.map(({ ifname }) => ifname).toSorted()
}

test('links that vxagent made go, a port of its bridge is let go of, and what others made stays', async () => {
  const installation = await applied()
  const { host } = installation
  const planned = await installation.vxagent('teardown', '--dry-run')
  expect(planned.code).toBe(2)
  expect(planned.stdout).toMatch(/^- +link vxlan0/m)
  expect(await host.json('ip -j link show vxlan0')).toHaveLength(1)

  const done = await installation.vxagent('teardown')
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const deleted = [...done.stdout.matchAll(/^- +link (\w+)/gm)].map(([, name]) => name)
  expect(deleted.toSorted()).toEqual(['br0', 'vxlan0', 'vxlan1'])
  // Where modules of tunnels are loaded, each namespace has links of theirs, as gre0 and sit0.
  const ofEachNamespace = await namesOfLinks(await namespace(onTestFinished))
  const others = ['eth1', 'eth1-far', 'tap', 'tap-far', 'theirs']
  expect(await namesOfLinks(host)).toEqual([...ofEachNamespace, ...others].toSorted())
  const [tap] = await host.json('ip -j link show tap')
  expect(tap.master).toBeUndefined()

  expect(await installation.vxagent('teardown')).toMatchObject({
    code: 0,
    stdout: 'Nothing to do: of what vxagent made nothing is left.\n',
  })
  expect(await installation.vxagent('teardown', '--dry-run')).toMatchObject({ code: 0 })
})

test('files that are broken afterwards do not bring it back, and rollback does', async () => {
  const installation = await applied()
  const { host } = installation
  await installation.vxagent('teardown')
  installation.write('overlay.yaml', 'vxlans: [')
  await installation.startAndWait()
  expect(await host.json('ip -j link show type bridge')).toEqual([])
  await installation.stop()

  expect(await installation.vxagent('rollback')).toMatchObject({ code: 0 })
  expect(await host.json('ip -j link show vxlan0')).toHaveLength(1)
})

test('while a daemon is running it is refused, and says why', async () => {
  const installation = await applied()
  const { pid } = await installation.startAndWait()
  const refused = await installation.vxagent('teardown')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(
    new RegExp(`the daemon at .*vxagent.sock \\(pid ${pid}\\) is at work in .*systemctl stop vxagent`),
  )
  expect(await installation.host.json('ip -j link show vxlan0')).toHaveLength(1)
})

test('in another network namespace it touches nothing, and says where to run it', async () => {
  const installation = await applied()
  const elsewhere = await namespace(onTestFinished)
  for (const options of [[], ['--dry-run']]) {
    const refused = await elsewhere.finish(process.execPath, [vxagentPath, 'teardown', ...options], {
      env: installation.env,
    })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/is in another network namespace: run it there/)
  }
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
  expect(await installation.vxagent('teardown')).toMatchObject({ code: 0 })
})

test('a state directory that is none is named, and not made', async () => {
  const installation = await applied()
  const wrong = join(installation.directory, 'sttae')
  const refused = await installation.vxagent('teardown', '--state-dir', wrong)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain(`there is no state directory ${wrong}`)
  expect(existsSync(wrong)).toBe(false)
  mkdirSync(wrong)
  const told = await installation.vxagent('teardown', '--state-dir', wrong)
  expect(told.stdout).toBe(`Nothing to do: there is no record in ${wrong} of anything that vxagent made.\n`)
})
