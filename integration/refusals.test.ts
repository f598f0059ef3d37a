/** What only the kernel can know: its own sentence, what it means, and the line that asked for it. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { namespace } from './support/namespace.ts'
import { canFilterVlans } from './support/needs-linux.ts'
import { installVxagent } from './support/vxagent.ts'

const cases = [
  {
    name: 'a nexthop group that does not exist',
    file: `
vxlans:
  v1:
    id: 1
    dstport: 4789
    fdb:
      - {mac: 02:00:00:00:00:01, dst: 10.0.0.1}
      - {mac: 02:00:00:00:00:02, nhid: 77}
`,
    says: /v1 fails: .*02:00:00:00:00:02 on link v1: EINVAL: Nexthop id does not exist; asked for at .*:8:9\n/,
  },
  {
    name: 'an alternative name that another link has',
    file: `
vxlans:
  v1:
    id: 1
    dstport: 4789
    altnames: [eth1]
`,
    says: /v1 fails: .*name eth1 of link v1: EEXIST; another link has that name .*; asked for at .*:6:15\n/,
  },
  {
    name: 'a master that takes no ports',
    file: `
vxlans:
  v1:
    id: 1
    dstport: 4789
    master: eth1
`,
    says: /v1 fails: .*EOPNOTSUPP; eth1 takes no other links: .*; asked for at .*:6:13\n/,
  },
  {
    name: 'a secret that was never written',
    file: `
vxlans:
  v1:
    id: 1
    dstport: 4789
    addrgenmode: stable_secret
`,
    says: /v1 fails: .*EINVAL; stable_secret takes a secret.*; asked for at .*:6:18\n/,
  },
]

test.each(cases)('$name', async ({ file, says }) => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, { 'overlay.yaml': file }, onTestFinished)
  const { code, stderr } = await installation.vxagent('apply')
  expect(stderr).toMatch(says)
  expect(stderr.split('\n').slice(1)).toEqual([
    'hint: no daemon is running that would try again: start one with vxagent agent, or run vxagent apply again later',
    '',
  ])
  expect(code).toBe(1)
})

test('a UDP port that another program has', async () => {
  const host = await namespace(onTestFinished)
  const text = 'vxlans:\n  v1: {id: 1, dstport: 4799}\n'
  const installation = installVxagent(host, { 'overlay.yaml': text }, onTestFinished)
  const bind = "require('node:dgram').createSocket('udp4').bind(4799, '0.0.0.0', () => console.log('bound'))"
  const program = host.hold(process.execPath, ['-e', bind])
  onTestFinished(() => void program.process.kill())
  await eventually(async () => expect(program.output()).toContain('bound'))
  const { code, stderr } = await installation.vxagent('apply')
  expect(stderr).toMatch(/v1 fails: .*EADDRINUSE; another program, .* has UDP port 4799; .*; asked for at .*:2:24\n/)
  expect(code).toBe(1)
})

test('VLANs on a kernel that has none for bridges', async (context) => {
  if (await canFilterVlans()) {
    context.skip('this kernel has VLANs for bridges')
  }
  const host = await namespace(onTestFinished)
  const text = 'bridges:\n  br0:\n    vlan_filtering: true\n'
  const installation = installVxagent(host, { 'overlay.yaml': text }, onTestFinished)
  const { stderr } = await installation.vxagent('apply')
  expect(stderr).toMatch(/br0 fails: .*EOPNOTSUPP; this kernel has no VLANs for bridges .*; asked for at .*:3:21\n/)
})
