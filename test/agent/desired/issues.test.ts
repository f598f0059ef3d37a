import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { issueCodes } from '../../../src/agent/desired/issue.ts'
import { ruleCases } from './rule-cases/index.ts'
import { codeAndPlace, desiredDirectory, issuesOf } from './support.ts'

/** Codes that some test here has provoked. */
const provoked = new Set<string>()

async function placesIn(...paths: string[]): Promise<string[]> {
  const issues = await issuesOf(...paths)
  for (const { code } of issues) {
    provoked.add(code)
  }
  return issues.map(codeAndPlace)
}

interface Case {
  readonly name: string
  /** Content of a.yaml, b.yaml, … */
  readonly files: readonly (string | Buffer)[]
  readonly issues: readonly string[]
}

/** One link: `vxlan0:` on line 2, the keys of `body` from line 3, column 5. */
function link(...body: string[]): string {
  return ['vxlans:', '  vxlan0:', ...body.map((line) => `    ${line}`), ''].join('\n')
}

/** Two links: the second is `vxlan1:` on line 2 of b.yaml. */
function links(first: string[], second: string[]): string[] {
  return [link(...first), link(...second).replace('vxlan0', 'vxlan1')]
}

const valid = ['id: 1', 'dstport: 4789']

const sources: Case[] = [
  {
    name: 'a byte that is no UTF-8',
    files: [Buffer.from('# é\n\ufffd: \xff', 'latin1')],
    issues: ['not-utf8 a.yaml:1:3'],
  },
  {
    name: 'a bad byte after a good replacement character',
    files: [Buffer.concat([Buffer.from('a\n\ufffdé'), Buffer.of(0xff)])],
    issues: ['not-utf8 a.yaml:2:3'],
  },
  {
    name: 'a byte that is no UTF-8 after a character of two code units',
    files: [Buffer.concat([Buffer.from('😀'), Buffer.of(0x80)])],
    issues: ['not-utf8 a.yaml:1:3'],
  },
  { name: 'a bracket that is not closed', files: ['vxlans: [1,\n'], issues: ['syntax a.yaml:2:1'] },
  { name: 'a tab as indentation', files: ['vxlans:\n\tvxlan0: 1\n'], issues: ['syntax a.yaml:2:1'] },
  { name: 'two faults of syntax', files: ['vxlans: @a\nb: `c\n'], issues: ['syntax a.yaml:1:9', 'syntax a.yaml:2:4'] },
  { name: 'nesting beyond all reason', files: [`a: ${'['.repeat(20_000)}`], issues: ['too-deep a.yaml:1:67'] },
  { name: 'a second document', files: ['vxlans: {}\n---\nvxlans: {}\n'], issues: ['several-documents a.yaml:3:1'] },
  { name: 'a custom tag', files: ['vxlans: !include x\n'], issues: ['unknown-tag a.yaml:1:9'] },
  { name: 'a tag of YAML 1.1', files: ['vxlans: !!binary aGk=\n'], issues: ['unknown-tag a.yaml:1:9'] },
  { name: 'an alias without an anchor', files: [link('id: *vni')], issues: ['unknown-alias a.yaml:3:9'] },
  {
    name: 'an alias within its own anchor',
    files: ['vxlans: &a\n  vxlan0: *a\n'],
    issues: ['unknown-alias a.yaml:2:11'],
  },
  { name: 'a merge of no mapping', files: [link('<<: 5', ...valid)], issues: ['bad-merge a.yaml:3:9'] },
  { name: 'aliases of aliases', files: [aliasBomb()], issues: ['excessive-aliases a.yaml:7:10'] },
  { name: 'a key twice', files: [link('id: 1', 'dstport: 1', '"id": 2')], issues: ['duplicate-key a.yaml:5:5'] },
  {
    name: 'a link twice in one file',
    files: ['vxlans:\n  a: {id: 1}\n  a: {id: 2}\n'],
    issues: ['duplicate-key a.yaml:3:3'],
  },
]

/** Lists, each of ten aliases of the one on the line before: ten million values on line 7. */
function aliasBomb(): string {
  const lines = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]']
  for (let level = 1; level < 7; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`)
    lines.push(`a${level}: &a${level} [${aliases.join(', ')}]`)
  }
  return lines.join('\n')
}

const shapes: Case[] = [
  { name: 'a list at the top', files: ['- a\n'], issues: ['not-a-mapping a.yaml:1:1'] },
  { name: 'a word at the top', files: ['\n  vxlans\n'], issues: ['not-a-mapping a.yaml:2:3'] },
  { name: 'a section without a value', files: ['vxlans:\n'], issues: ['no-value a.yaml:1:1'] },
  { name: 'a section that is a list', files: ['vxlans: [1]\n'], issues: ['not-a-mapping a.yaml:1:9'] },
  { name: 'another section', files: ['tunnels: {}\n'], issues: ['unknown-key a.yaml:1:1'] },
  { name: 'a link without a value', files: ['vxlans:\n  vxlan0:\n'], issues: ['no-value a.yaml:2:3'] },
  { name: 'a link that is a number', files: ['vxlans:\n  vxlan0: 42\n'], issues: ['not-a-mapping a.yaml:2:11'] },
  { name: 'an unknown key', files: [link(...valid, 'vni: 1')], issues: ['unknown-key a.yaml:5:5'] },
  { name: 'a merge key in quotes', files: [link(...valid, '"<<": {ttl: 1}')], issues: ['unknown-key a.yaml:5:5'] },
  { name: 'no id', files: [link('dstport: 4789')], issues: ['missing-key a.yaml:2:3'] },
  { name: 'a key without a value', files: [link(...valid, 'ttl:')], issues: ['no-value a.yaml:5:5'] },
  { name: 'a key that is null', files: [link(...valid, 'ttl: ~')], issues: ['no-value a.yaml:5:10'] },
  { name: 'a number in quotes', files: [link('id: "1"', 'dstport: 1')], issues: ['bad-type a.yaml:3:9'] },
  { name: 'text without quotes', files: [link(...valid, 'alias: 42')], issues: ['bad-type a.yaml:5:12'] },
  { name: 'a yes', files: [link(...valid, 'learning: yes')], issues: ['bad-type a.yaml:5:15'] },
  {
    name: 'an address that is no list',
    files: [link(...valid, 'addresses: 10.0.1.1/24')],
    issues: ['bad-type a.yaml:5:16'],
  },
  { name: 'three source ports', files: [link(...valid, 'srcport: [1, 2, 3]')], issues: ['bad-type a.yaml:5:14'] },
  { name: 'a VNI of 25 bits', files: [link('id: 16777216', 'dstport: 1')], issues: ['out-of-range a.yaml:3:9'] },
  { name: 'a fraction', files: [link('id: 1.5', 'dstport: 1')], issues: ['out-of-range a.yaml:3:9'] },
  { name: 'not a number', files: [link('id: .nan', 'dstport: 1')], issues: ['out-of-range a.yaml:3:9'] },
  { name: 'a ttl too large', files: [link(...valid, 'ttl: 256')], issues: ['out-of-range a.yaml:5:10'] },
  {
    name: 'a source port too large',
    files: [link(...valid, 'srcport: [1, 65536]')],
    issues: ['out-of-range a.yaml:5:18'],
  },
  { name: 'an ageing of 0', files: [link(...valid, 'ageing: 0')], issues: ['ageing-zero a.yaml:5:13'] },
  {
    name: 'source ports the wrong way round',
    files: [link(...valid, 'srcport: [2, 1]')],
    issues: ['srcport-reversed a.yaml:5:14'],
  },
  { name: 'a word that ttl does not know', files: [link(...valid, 'ttl: max')], issues: ['unknown-word a.yaml:5:10'] },
  { name: 'a word that df does not know', files: [link(...valid, 'df: yes')], issues: ['unknown-word a.yaml:5:9'] },
  {
    name: 'a name of 16 bytes',
    files: ['vxlans:\n  ääääääää: {id: 1, dstport: 1}\n'],
    issues: ['bad-name a.yaml:2:3'],
  },
  { name: 'a name that is a prototype', files: ['vxlans:\n  __proto__: {id: 1}\n'], issues: ['bad-name a.yaml:2:3'] },
  {
    name: 'what is wrong beneath a bad name',
    files: ['vxlans:\n  a/b: {id: x}\n'],
    issues: ['bad-name a.yaml:2:3', 'bad-type a.yaml:2:13'],
  },
  { name: 'a dev with a colon', files: [link(...valid, 'dev: eth0:1')], issues: ['bad-name a.yaml:5:10'] },
  { name: 'an octal octet', files: [link(...valid, 'remote: 10.0.0.010')], issues: ['bad-ip a.yaml:5:13'] },
  {
    name: 'a group that is unicast',
    files: [link(...valid, 'group: 10.0.0.1', 'dev: e')],
    issues: ['not-multicast a.yaml:5:12'],
  },
  {
    name: 'a remote that is multicast',
    files: [link(...valid, 'remote: ff05::1')],
    issues: ['not-unicast a.yaml:5:13'],
  },
  {
    name: 'an address without a prefix',
    files: [link(...valid, 'addresses: [10.0.0.1/8, 10.0.1.1]')],
    issues: ['bad-prefix a.yaml:5:29'],
  },
  {
    name: 'a multicast Ethernet address',
    files: [link(...valid, 'mac: 01:00:5e:00:00:01')],
    issues: ['bad-mac a.yaml:5:10'],
  },
  { name: 'a range of VNIs that is none', files: [link(...valid, 'vnis: [5-]')], issues: ['bad-range a.yaml:5:12'] },
  {
    name: 'bits that are not hex digits',
    files: [link(...valid, 'reserved_bits: "0x1g"')],
    issues: ['bad-bits a.yaml:5:20'],
  },
  {
    name: 'a label too long',
    files: [link(...valid, 'addresses: [{address: 10.0.1.1/24, label: "vxlan0:mgmt-long"}]')],
    issues: ['bad-label a.yaml:5:47'],
  },
  {
    name: 'an alias of 256 bytes',
    files: [link(...valid, `alias: ${'é'.repeat(128)}`)],
    issues: ['bad-alias a.yaml:5:12'],
  },
]

const rulesWithinLink: Case[] = [
  { name: 'dev is the link itself', files: [link(...valid, 'dev: vxlan0')], issues: ['own-dev a.yaml:5:10'] },
  {
    name: 'group and remote',
    files: [link(...valid, 'group: 239.1.1.1', 'remote: 10.0.0.1', 'dev: e')],
    issues: ['group-and-remote a.yaml:6:5'],
  },
  {
    name: 'a group without dev',
    files: [link(...valid, 'group: 239.1.1.1')],
    issues: ['group-without-dev a.yaml:5:5'],
  },
  {
    name: 'link-local ends without dev',
    files: [link(...valid, 'remote: fe80::2', 'local: fe80::1')],
    issues: ['link-local-without-dev a.yaml:5:13'],
  },
  {
    name: 'a link-local local without dev',
    files: [link(...valid, 'local: fe80::1')],
    issues: ['link-local-without-dev a.yaml:5:12'],
  },
  {
    name: 'a link-local local without dev, and a wider remote',
    files: [link(...valid, 'remote: 2001:db8::2', 'local: fe80::1')],
    issues: ['link-local-without-dev a.yaml:6:12', 'link-local-scope a.yaml:6:12'],
  },
  {
    name: 'a link-local remote without local',
    files: [link(...valid, 'remote: fe80::2', 'dev: e')],
    issues: ['link-local-scope a.yaml:5:13'],
  },
  {
    name: 'a link-local local and a wider group',
    files: [link(...valid, 'group: ff05::1', 'local: fe80::2', 'dev: e')],
    issues: ['link-local-scope a.yaml:6:12'],
  },
  {
    name: 'a remote and a local of two families',
    files: [link(...valid, 'remote: 10.0.0.1', 'local: 2001:db8::1')],
    issues: ['mixed-families a.yaml:6:12'],
  },
  {
    name: 'a flow label over IPv4',
    files: [link(...valid, 'remote: 10.0.0.1', 'flowlabel: 1')],
    issues: ['flowlabel-on-ipv4 a.yaml:6:5'],
  },
  {
    name: 'a flow label over the default family',
    files: [link(...valid, 'flowlabel: 1')],
    issues: ['flowlabel-on-ipv4 a.yaml:5:5'],
  },
  {
    name: 'an MTU that IPv4 has no room for',
    files: [link(...valid, 'mtu: 65486')],
    issues: ['mtu-too-large a.yaml:5:10'],
  },
  {
    name: 'an MTU that IPv6 has no room for',
    files: [link(...valid, 'mtu: 65466', 'remote: 2001:db8::1')],
    issues: ['mtu-too-large a.yaml:5:10'],
  },
  {
    name: 'an MTU too small for an IPv6 address',
    files: [link(...valid, 'mtu: 1279', 'addresses: ["2001:db8::1/64"]')],
    issues: ['mtu-too-small a.yaml:5:10'],
  },
  {
    name: 'an address twice on a link',
    files: [link(...valid, 'addresses: [10.0.1.1/24, 10.0.1.1/32]')],
    issues: ['address-twice a.yaml:5:30'],
  },
  {
    name: 'an address twice in two notations',
    files: [link(...valid, 'addresses: ["2001:db8::1/64", "2001:DB8:0::1/64"]')],
    issues: ['address-twice a.yaml:5:35'],
  },
  {
    name: 'a source port range of one',
    files: [link(...valid, 'srcport: [5, 5]')],
    issues: ['srcport-ineffective a.yaml:5:14'],
  },
  { name: 'an unstated dstport', files: [link('id: 1')], issues: ['dstport-unstated a.yaml:2:3'] },
]

const rulesBetweenLinks: Case[] = [
  {
    name: 'one name in two files',
    files: [link(...valid), link('id: 2', 'dstport: 1')],
    issues: ['name-twice b.yaml:2:3'],
  },
  { name: 'one id on one port', files: links(valid, valid), issues: ['id-clash b.yaml:3:9'] },
  {
    name: 'one id on the default port, stated and not',
    files: links(['id: 1'], ['id: 1', 'dstport: 8472']),
    issues: ['dstport-unstated a.yaml:2:3', 'id-clash b.yaml:3:9'],
  },
  {
    name: 'one id on one device and port, link-local',
    files: links([...valid, 'local: fe80::1', 'dev: e'], [...valid, 'local: fe80::2', 'dev: e']),
    issues: ['id-clash b.yaml:3:9'],
  },
  {
    name: 'receive flags that differ on one port',
    files: links([...valid, 'local: 2001:db8::1'], ['id: 2', 'local: 2001:db8::1', 'dstport: 4789', 'gbp: true']),
    issues: ['port-flags-clash b.yaml:6:10'],
  },
  {
    name: 'receive flags that the earlier has',
    files: links([...valid, 'remcsumrx: true'], ['id: 2', 'dstport: 4789']),
    issues: ['port-flags-clash b.yaml:2:3'],
  },
  {
    name: 'one Ethernet address',
    files: links([...valid, 'mac: 02:00:00:00:00:AA'], ['id: 2', 'dstport: 1', 'mac: 02-00-00-00-00-aa']),
    issues: ['mac-twice b.yaml:5:10'],
  },
  {
    name: 'one address on two links',
    files: links(
      [...valid, 'addresses: [10.0.1.1/24]'],
      ['id: 2', 'dstport: 1', 'addresses: [10.0.2.1/24, 10.0.1.1/32]'],
    ),
    issues: ['address-twice b.yaml:5:30'],
  },
  {
    name: 'a circle of two',
    files: links([...valid, 'dev: vxlan1'], ['id: 2', 'dstport: 1', 'dev: vxlan0']),
    issues: ['dev-cycle a.yaml:5:10'],
  },
  {
    name: 'a circle that a third leads into',
    files: [
      'vxlans:\n  a: {id: 1, dstport: 1, dev: b}\n  b: {id: 2, dstport: 1, dev: c}\n  c: {id: 3, dstport: 1, dev: b}\n',
    ],
    issues: ['dev-cycle a.yaml:3:31'],
  },
]

describe.each([
  ['the source', sources],
  ['the shape', shapes],
  ['a link', rulesWithinLink],
  ['two links', rulesBetweenLinks],
])('reports, in %s,', (_, cases) => {
  test.each(cases)('$name', async ({ files, issues }) => {
    const directory = desiredDirectory(
      Object.fromEntries(files.map((file, index) => [`${'abcdef'[index]}.yaml`, file])),
    )
    expect(await placesIn(directory)).toEqual(issues)
  })
})

/** What looks like one of the above and is right. */
const harmless: readonly { name: string; files: readonly string[] }[] = [
  { name: 'a file with comments only', files: ['# vxlans:\n'] },
  { name: 'a file that is null', files: ['---\n~\n'] },
  { name: 'one id on two ports', files: links(['id: 1', 'dstport: 1'], ['id: 1', 'dstport: 2']) },
  {
    name: 'one id over IPv4 and IPv6',
    files: links([...valid, 'remote: 10.0.0.1'], [...valid, 'remote: 2001:db8::1']),
  },
  {
    name: 'one id on two devices, link-local',
    files: links([...valid, 'local: fe80::1', 'dev: e'], [...valid, 'local: fe80::1', 'dev: f']),
  },
  { name: 'a link-local group without local', files: [link(...valid, 'group: ff02::1', 'dev: e')] },
  { name: 'a link-local group and local', files: [link(...valid, 'group: ff02::1', 'local: fe80::1', 'dev: e')] },
  {
    name: 'other receive flags in the other family',
    files: links(valid, ['id: 2', 'dstport: 4789', 'remote: 2001:db8::1', 'udp6zerocsumrx: true']),
  },
  {
    name: 'other receive flags on a link that is down',
    files: links(valid, ['id: 2', 'dstport: 4789', 'remcsumrx: true', 'up: false']),
  },
  {
    name: 'other send flags',
    files: links(valid, ['id: 2', 'dstport: 4789', 'remcsumtx: true', 'udpcsum: false']),
  },
  {
    name: 'one link-local address on two links',
    files: links([...valid, 'addresses: [fe80::1/64]'], ['id: 2', 'dstport: 1', 'addresses: [fe80::1/64]']),
  },
  { name: 'dev that is another link of ours', files: links(valid, ['id: 2', 'dstport: 1', 'dev: vxlan0']) },
  { name: 'a flow label of 0 over IPv4', files: [link(...valid, 'flowlabel: 0')] },
  { name: 'the largest MTU of IPv4', files: [link(...valid, 'mtu: 65485')] },
  { name: 'the smallest MTU with an IPv4 address', files: [link(...valid, 'mtu: 68', 'addresses: [10.0.0.1/8]')] },
  { name: 'the range of source ports that means none', files: [link(...valid, 'srcport: [0, 0]')] },
  { name: 'a link named constructor', files: ['vxlans: {constructor: {id: 1, dstport: 1}}'] },
]
test.each(harmless)('has nothing to say against $name', async ({ files }) => {
  const directory = desiredDirectory(Object.fromEntries(files.map((file, index) => [`${'abcdef'[index]}.yaml`, file])))
  expect(await placesIn(directory)).toEqual([])
})

/** A rule that asks for an absent key must not take a misspelt or broken one for absent. */
test.each([
  { name: 'dev misspelt', body: ['group: 239.1.1.1', 'devv: eth1'], issues: ['unknown-key a.yaml:6:5'] },
  { name: "dev in another tool's word", body: ['group: 239.1.1.1', 'link: eth1'], issues: ['unknown-key a.yaml:6:5'] },
  { name: 'dev with a bad value', body: ['group: 239.1.1.1', 'dev: a/b'], issues: ['bad-name a.yaml:6:10'] },
  {
    name: 'a bad group beside a flow label',
    body: ['group: ff05:::1', 'dev: e', 'flowlabel: 1'],
    issues: ['bad-ip a.yaml:5:12'],
  },
  {
    name: 'a bad local beside a link-local remote',
    body: ['remote: fe80::1', 'local: x', 'dev: e'],
    issues: ['bad-ip a.yaml:6:12'],
  },
])('does not follow up on $name', async ({ body, issues }) => {
  expect(await placesIn(desiredDirectory({ 'a.yaml': link(...valid, ...body) }))).toEqual(issues)
})

test('reports every issue of every file at once, in the order of files and lines', async () => {
  const directory = desiredDirectory({
    'a.yaml': 'vxlans:\n  a: {id: 1, dstport: 1, ttl: 300, group: 239.1.1.1}\n  b: {id: 2, dstport: 1, vni: 4}\n',
    'b.yaml': 'vxlans: {\n',
    'c.json': '{"vxlans": {\n\t"b": {"id": 1, "dstport": 1},\n\t"c": {"id": "7"}\n}}',
    'd.yml': 'vxlans:\n  d: {id: 1, dstport: 1}\n',
  })
  expect(await placesIn(directory, join(directory, 'none.yaml'))).toEqual([
    'out-of-range a.yaml:2:31',
    'group-without-dev a.yaml:2:36',
    'unknown-key a.yaml:3:26',
    'syntax b.yaml:2:1',
    'name-twice c.json:2:2',
    'dstport-unstated c.json:3:2',
    'bad-type c.json:3:14',
    'id-clash d.yml:2:11',
    'missing-path none.yaml:1:1',
  ])
})

test('reports what cannot be read as a file, without waiting for it', async () => {
  const directory = desiredDirectory()
  mkdirSync(join(directory, 'directory.yaml'))
  symlinkSync('/dev/zero', join(directory, 'endless.yaml'))
  writeFileSync(join(directory, 'fresh.yaml'), '')
  writeFileSync(join(directory, 'large.yaml'), '')
  truncateSync(join(directory, 'large.yaml'), 64 * 1024 * 1024 + 1)
  symlinkSync('loop.yaml', join(directory, 'loop.yaml'))
  symlinkSync('nothing', join(directory, 'lost.yaml'))
  expect(await placesIn(directory)).toEqual([
    'not-a-file directory.yaml:1:1',
    'not-a-file endless.yaml:1:1',
    'empty-file fresh.yaml:1:1',
    'too-large large.yaml:1:1',
    'unreadable loop.yaml:1:1',
    'missing-path lost.yaml:1:1',
  ])
})

test('every code has been provoked by the tests above', () => {
  // Those of rule-cases are provoked in rules.test.ts. Those that take a host with its devices: host-findings.test.ts.
  const elsewhere = Object.values(ruleCases).flatMap((cases) => cases.map(({ code }) => code))
  // Of limits: limits.test.ts; of those on the thread that reads: load-in-worker.test.ts.
  const ofLimits = ['too-many-files', 'too-many-links', 'too-many-values', 'too-many-levels', 'more-issues']
  const ofHost = ['mtu-above-underlay', 'no-such-interface', 'local-not-here', 'underlay-unfit', 'no-route-here']
  // Of pushed files: pushed.test.ts.
  const others = [...ofLimits, 'out-of-memory', 'out-of-time', 'fleet-in-pushed', ...ofHost]
  expect([...new Set([...provoked, ...elsewhere, ...others])].sort()).toEqual([...issueCodes].sort())
})
