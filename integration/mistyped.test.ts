/** What is told of names that are none, and of what a person new to vxagent tries first. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

const vxlan0 = { id: 42, dev: 'eth1', remotes: ['10.0.2.2'] }

test('tunnels and events of a link that does not exist fail, daemon or not', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const agent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0, gone0: { id: 7 } } } }, onTestFinished)
  const expectRefusals = async (...commands: readonly string[][]): Promise<void> => {
    for (const command of commands) {
      const { code, stdout, stderr } = await agent.vxagent(...command)
      expect([code, stdout, stderr], command.join(' ')).toEqual([
        1,
        '',
        expect.stringMatching(/there is no link nolink/),
      ])
    }
  }
  await expectRefusals(
    ['tunnels', '--dev', 'nolink'],
    ['tunnels', '--dev', 'nolink', '--json'],
    ['events', '--dev', 'nolink'],
  )
  await agent.startAndWait()
  await agent.converged()
  await expectRefusals(
    ['tunnels', '--dev', 'nolink'],
    ['events', '--dev', 'nolink'],
    ['events', '--once', '--dev', 'nolink'],
  )
  expect(await agent.vxagent('tunnels', '--dev', 'vxlan0')).toMatchObject({
    code: 0,
    stderr: expect.not.stringMatching('no link'),
  })
  expect(await agent.vxagent('tunnels', '--dev', 'eth1')).toMatchObject({ code: 0 })
  // What became of a link that is gone is asked for just then.
  agent.write('a.yaml', { vxlans: { vxlan0 } })
  await eventually(async () => {
    expect(await host.json('ip -j link show')).not.toContainEqual(expect.objectContaining({ ifname: 'gone0' }))
    const { code, stdout } = await agent.vxagent('events', '--once', '--dev', 'gone0')
    expect([code, stdout]).toEqual([0, expect.stringContaining('gone0')])
  })
})

test('apply without a daemon tells the warnings of the files and of the links', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const spec = { ...vxlan0, remotes: ['10.0.2.1', '10.0.2.2'] }
  const agent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0: spec } } }, onTestFinished)
  const { code, stdout } = await agent.vxagent('apply')
  expect(code).toBe(0)
  expect(stdout).toMatch(/a\.yaml:1:\d+: warning: .*dstport/)
  expect(stdout).toContain('warning: vxlan0: 10.0.2.1 of remotes is an address of this host, and is left out')
})

test('-h is --help, everywhere but after --', async () => {
  const host = await namespace(onTestFinished)
  const agent = installVxagent(host, {}, onTestFinished)
  for (const command of [[], ['apply'], ['explain', '10.0.0.1']]) {
    expect(await agent.vxagent(...command, '-h')).toEqual(await agent.vxagent(...command, '--help'))
  }
  expect(await agent.vxagent('explain', '--', '-h')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('"-h"'),
  })
})

test('teardown says why a port goes', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ip('link add br7 type bridge')
  const bridges = { br0: { ports: { eth1: {} } } }
  const agent = installVxagent(host, { 'a.yaml': { bridges } }, onTestFinished)
  expect(await agent.vxagent('apply')).toMatchObject({ code: 0 })
  const { stdout } = await agent.vxagent('teardown', '--dry-run')
  expect(stdout).toContain(
    'port eth1: detach from br0 (vxagent attached it, and nothing is to be left of what it made)',
  )
  expect(stdout).toContain('link br0: delete (vxagent made it, and nothing is to be left of what it made)')
})
