import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatIssue, type Issue } from '../../../src/agent/desired/issue.ts'
import { keysAt } from '../../../src/agent/desired/schema-at.ts'
import { readShape } from '../../../src/agent/desired/shape.ts'
import { readMark } from './rule-cases/case.ts'
import { desiredDirectory, issuesOf } from './support.ts'

const issue: Issue = {
  severity: 'error',
  code: 'out-of-range',
  file: 'a.yaml',
  line: 3,
  column: 10,
  path: 'vxlans.vxlan0.ttl',
  text: '300',
  message: 'ttl of vxlan0 is too large',
}

test('an issue starts as editors expect it, and shows source and suggestion beneath', () => {
  expect(formatIssue({ ...issue, suggestion: 'at most 255' })).toBe(
    'a.yaml:3:10: error: ttl of vxlan0 is too large\n    found: 300\n    suggestion: at most 255',
  )
  expect(formatIssue({ ...issue, severity: 'warning', text: '' })).toBe(
    'a.yaml:3:10: warning: ttl of vxlan0 is too large',
  )
})

/** What is suggested for a key of a link that is otherwise right. */
test.each([
  ['vni: 5', 'id'],
  ['link: eth1', 'dev'],
  ['source-interface: eth1', 'dev'],
  ['port: 4789', 'dstport: 4789'],
  ['port-range: [1, 2]', 'srcport'],
  ['ageing_time: 5', 'ageing'],
  ['source-address: 10.0.0.1', 'local'],
  ['address: 10.0.0.1/8', 'addresses'],
  ['mtu-bytes: 1400', 'mtu'],
  ['MacLearning: true', 'learning'],
  ['GroupPolicyExtension: true', 'gbp'],
  ['vxlan-svcnodeip: 239.1.1.1', 'remote'],
  ['vxlan-remoteip: 10.0.2.9', 'remote'],
  ['neighbors: []', 'neighbours'],
  ['txqueuelen: 5', 'txqlen'],
  ['neigh-suppress: true', 'neigh_suppress, within port'],
  ['bridge-arp-nd-suppress: true', 'neigh_suppress, within port'],
  ['vlan-to-vni: []', 'vlan_to_vni, within port'],
  ['TTL: 5', 'ttl'],
  ['lerning: true', 'learning'],
  ['nolearning: true', 'learning: false'],
  ['noid: 4', undefined],
  ['colour: red', undefined],
  ['ttl: "16"', 'drop the quotes: ttl: 16'],
  ['ttl: Inherit', 'ttl: inherit'],
  ['df: unsett', 'df: unset'],
  ['addrgenmode: stable-secret', 'addrgenmode: stable_secret'],
  ['learning: off', 'learning: false'],
  ['ttl: off', undefined],
  ['learning: 1', 'learning: true'],
  ['alias: 42', 'put it in quotes: alias: "42"'],
  ['srcport: 5000-6000', 'srcport: [5000, 6000]'],
  ['addresses: 10.0.1.1/24', 'addresses: [10.0.1.1/24]'],
  ['addresses: [10.0.1.1]', '10.0.1.1/24'],
  ['addresses: [{address: 10.0.1.1}]', '10.0.1.1/24'],
  ['addresses: [{ip: 10.0.1.1/24}]', 'address'],
  ['addresses: [{address: 10.0.1.1/24, nodad: yes}]', 'nodad: true'],
  ['addresses: [{address: 10.0.1.1/24, scope: Link}]', 'scope: link'],
  ['addresses: [{address: 10.0.1.1/24, valid_lft: "60"}]', 'drop the quotes: valid_lft: 60'],
  ['remotes: 10.0.2.9', 'remotes: [10.0.2.9]'],
  ['remotes: "10.0.2.8, 10.0.2.9"', 'remotes: [10.0.2.8, 10.0.2.9]'],
  ['remotes: [{remote-ip: 10.0.2.9}]', 'dst'],
  ['fdb: [{mac: 02:00:00:00:00:01, destination: 10.0.2.9}]', 'dst'],
  ['fdb: [{dst: 10.0.2.9}]', 'state it, such as mac: 02:00:00:00:00:fe'],
  ['fdb: [{mac: 0200.0000.0001, dst: 10.0.2.9}]', '02:00:00:00:00:01'],
  ['fdb: [{mac: 02:00:00:00:00:01, dst: 10.0.2.9, state: perm}]', undefined],
  ['fdb: [{mac: 02:00:00:00:00:01, dst: 10.0.2.9, dstport: 4789}]', 'port'],
  ['port: {learning: off}', 'learning: false'],
  ['port: {unicast-flood: false}', 'flood'],
  ['port: {vlans: 10}', 'vlans: [10]'],
  ['port: {vlans: [30-20]}', '20-30'],
  ['port: {vlans: [{vlan: 10}]}', 'vid'],
  ['sysctl: {ipv4: {arp_acept: 1}}', 'arp_accept'],
  ['sysctl: {ipv4: {arp_accept: true}}', undefined],
  ['group: 10.0.0.1', 'remote: 10.0.0.1'],
  ['remote: 239.1.1.1', 'group: 239.1.1.1'],
  ['mac: 0200.0000.0001', '02:00:00:00:00:01'],
])('%s: suggests %s', async (line, suggestion) => {
  const directory = desiredDirectory({
    'a.yaml': `vxlans:\n  vxlan0:\n    id: 1\n    dstport: 4789\n    dev: e\n    ${line}\n`,
  })
  const [found] = await issuesOf(directory)
  expect(found?.suggestion).toBe(suggestion)
})

/** What is suggested for a key of a bridge. */
test.each([
  ['interfaces: [eth2]', 'ports'],
  ['ports: eth2', 'ports: [eth2]'],
  ['stp-state: true', 'stp'],
  ['stp_state: 1', 'stp'],
  ['mcsnoop: 0', 'mcast_snooping'],
  ['igmp-snooping: true', 'mcast_snooping'],
  ['vlan-aware: yes', 'vlan_filtering'],
  ['vlan_protocol: 802.1q', 'vlan_protocol: 802.1Q'],
  ['ageing: 5', 'ageing_time'],
  ['ports: {eth2: {path-cost: 5}}', 'cost'],
])('%s on a bridge: suggests %s', async (line, suggestion) => {
  const [found] = await issuesOf(desiredDirectory({ 'a.yaml': `bridges:\n  br0:\n    ${line}\n` }))
  expect(found?.suggestion).toBe(suggestion)
})

test.each([
  ['vxlan', 'vxlans'],
  ['bridge', 'bridges'],
  ['tunnels', 'vxlans'],
  ['bridgse', 'bridges'],
  ['network', 'at the top there are vxlans and bridges, with the links by name, and fleet'],
])('%s at the top: suggests %s', async (key, suggestion) => {
  const [found] = await issuesOf(desiredDirectory({ 'a.yaml': `${key}: {}\n` }))
  expect(found?.suggestion).toBe(suggestion)
})

/** However deep a value stands, the sentence and the place are those of that very value. */
test.each([
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, ‸ttl: }}',
    'ttl of vxlan0 has no value; it must be a whole number from 0 to 255, or inherit, or auto',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, addresses: [‸5]}}',
    'entry 1 of addresses of vxlan0 must be an address with its prefix length, such as 10.0.1.1/24, or a mapping with the key address',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, addresses: [10.0.0.1/8, ‸10.0.0.2/33]}}',
    'entry 2 of addresses of vxlan0 must end in "/" and a prefix length from 0 to 32',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, addresses: [{address: ‸10.0.0.1}]}}',
    'address of entry 1 of addresses of vxlan0 must be an address with its prefix length, such as 10.0.1.1/24 or 2001:db8:1::1/64',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, master: b, port: {vlans: [1, 2, {vid: ‸4095}]}}}',
    'vid of entry 3 of vlans of port of vxlan0 must be a whole number from 1 to 4094',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, master: b, port: {vlans: [1, ‸2-4095]}}}',
    'entry 2 of vlans of port of vxlan0 must be a VLAN ID from 1 to 4094, or a range such as 20-30: from 1 to 4094',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, master: b, port: {vlans: [1, ‸4095]}}}',
    'entry 2 of vlans of port of vxlan0 must be a whole number from 1 to 4094',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, master: b, port: {vlans: [‸[1]]}}}',
    'entry 1 of vlans of port of vxlan0 must be a VLAN ID from 1 to 4094, a range such as 20-30, or a mapping with the key vid',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, master: b, port: {vlans: [{vid: 1, ‸tagged: true}]}}}',
    'unknown key "tagged" in entry 1 of vlans of port of vxlan0',
  ],
  ['vxlans: {vxlan0: {id: 1, dstport: 1, fdb: [‸{dst: 10.0.2.9}]}}', 'entry 1 of fdb of vxlan0 has no mac'],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, remotes: [‸vtep.example]}}',
    'entry 1 of remotes of vxlan0 must be an IP address, such as 10.0.2.254 or 2001:db8::fe',
  ],
  [
    'vxlans: {vxlan0: {id: 1, dstport: 1, sysctl: {ipv4: {arp_accept: ‸3}}}}',
    'arp_accept of ipv4 of sysctl of vxlan0 must be a whole number from 0 to 2',
  ],
  [
    'bridges: {br0: {ports: {eth2: {cost: ‸0}}}}',
    'cost of eth2 of ports of br0 must be a whole number from 1 to 65535',
  ],
  ['bridges: {br0: {ports: {eth2: ‸5}}}', 'eth2 of ports of br0 must be a mapping of keys to values'],
  [
    'bridges: {br0: {ports: {‸"a/b": {}}}}',
    'the name of a port must have no white space, "/", ":" or control character',
  ],
  ['bridges: {br0: {ports: {‸__proto__: {}}}}', 'the name of a port must not be "__proto__"'],
  [
    'bridges: {br0: {ports: [eth2, ‸a/b]}}',
    'entry 2 of ports of br0 must have no white space, "/", ":" or control character',
  ],
  ['bridges: {‸"a/b": {}}', 'the name of a link must have no white space, "/", ":" or control character'],
  ['bridges: ‸[]', 'bridges must be a mapping of bridge names to bridges'],
  ['bridges: {br0: ‸5}', 'br0 must be a mapping of keys to values'],
])('%s: %s', async (marked, message) => {
  const { text, line, column } = readMark(marked)
  const [found, ...others] = await issuesOf(desiredDirectory({ 'a.yaml': text }))
  expect(others).toEqual([])
  expect(found).toMatchObject({ message, line, column })
})

test('no message is one of the schema library: each says what the value must be', () => {
  for (const value of [undefined, null, true, 7.5, -1, 'x', [], [7.5], ['x'], [{}], [[]], {}, { x: 1 }]) {
    for (const section of ['vxlans', 'bridges'] as const) {
      for (const key of keysAt([section, 'a'])) {
        for (const inside of [value, { [`${key}`]: value }, [{ vid: value, vni: value, mac: value, dst: value }]]) {
          const { findings } = readShape({ [section]: { a: { [key]: inside } } })
          expect(findings.map(({ message }) => message).join('\n')).not.toMatch(
            /Invalid|Too (big|small)|Unrecognized|expected/,
          )
        }
      }
    }
  }
})

test('an issue names the key, quotes the source, and never lets a control character through', async () => {
  const directory = desiredDirectory({ 'a.yaml': 'vxlans:\n  "eth\\e[0m.1": {id: 1, dstport: 1, dev: "a\u202e/b"}\n' })
  const issues = await issuesOf(directory)
  expect(issues.map(({ path, text }) => ({ path, text }))).toEqual([
    { path: 'vxlans."eth\\u001b[0m.1"', text: '"eth\\e[0m.1"' },
    { path: 'vxlans."eth\\u001b[0m.1".dev', text: '"a\\u{202e}/b"' },
  ])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  expect(issues.map(formatIssue).join('')).not.toMatch(/[\u0000-\u0009\u001b\u202e]/)
})

test('a clash names both places', async () => {
  const directory = desiredDirectory({
    'a.yaml': 'vxlans:\n  a: {id: 1, dstport: 1, mac: 02:00:00:00:00:01, addresses: [10.0.0.1/8], remcsumrx: true}\n',
    'b.yaml':
      '\nvxlans:\n  b: {id: 1, dstport: 1, mac: 02:00:00:00:00:01, addresses: [10.0.0.1/8]}\n  c: {id: 1, dstport: 1, remcsumrx: true}\n  a: {id: 3, dstport: 3}\n',
  })
  const messages = (await issuesOf(directory)).map(({ message }) => message)
  expect(messages).toHaveLength(5)
  for (const message of messages) {
    expect(message).toContain(`${join(directory, 'a.yaml')}:2`)
  }
})

test.each([
  [
    'group: 239.1.1.1, dev: e, fdb: [{mac: "00:00:00:00:00:00", dst: 239.1.1.1, via: e, state: static}]',
    'as does group of vxlan0 itself',
  ],
  [
    'remote: 10.0.2.9, fdb: [{mac: "00:00:00:00:00:00", dst: 10.0.2.9, router: true}]',
    'as does remote of vxlan0 itself',
  ],
  ['remotes: [10.0.2.9, 10.0.2.9]', 'is the same as entry 1 of remotes of vxlan0, to 10.0.2.9; it counts once'],
])('%s: %s', async (keys, words) => {
  const file = `vxlans: {vxlan0: {id: 1, dstport: 1, ${keys}}}`
  const [issue] = await issuesOf(desiredDirectory({ 'a.yaml': file }))
  expect(issue?.message).toContain(words)
})

test('a key that stands twice names both places', async () => {
  const directory = desiredDirectory({ 'a.yaml': 'vxlans:\n  a: {id: 1, dstport: 1}\n  a: {id: 1}\n' })
  const [issue] = await issuesOf(directory)
  expect(issue?.message).toBe(`"a" stands here a second time; the first is at ${join(directory, 'a.yaml')}:2`)
})

test('a circle names the links in it, and not one that leads into it', async () => {
  const directory = desiredDirectory({
    'a.yaml':
      'vxlans:\n  a: {id: 1, dstport: 1, dev: b}\n  b: {id: 2, dstport: 1, dev: c}\n  c: {id: 3, dstport: 1, dev: b}\n',
  })
  const [issue] = await issuesOf(directory)
  expect(issue?.message).toBe('dev leads in a circle: b over c over b')
})
