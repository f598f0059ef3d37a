/** docs/reference.md, made from the schema so that it cannot go stale. */
import { bridgeWords } from '../../src/agent/model/bridge-words.ts'
import { portWords } from '../../src/agent/model/port-words.ts'
import { vxlanWords } from '../../src/agent/model/vxlan-words.ts'
import type { Word } from '../../src/agent/model/word.ts'
import {
  addressWordRows,
  bridgeWordRows,
  fdbWordRows,
  portWordRows,
  vxlanWordRows,
  type WordRow,
} from './reference-words.ts'

/** The parts of a JSON Schema that the page tells. */
export interface Property {
  readonly description?: string
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly Property[]
  readonly items?: Property
  readonly prefixItems?: readonly Property[]
  readonly properties?: Readonly<Record<string, Property>>
  readonly additionalProperties?: Property
  readonly format?: string
  readonly pattern?: string
}

/** Those of the keys of a table that are one value; a list is changed entry by entry, so live. */
type Words = readonly Pick<Word<string, never, unknown>, 'key' | 'isLive' | 'since'>[]

/** The whole page. `vxlan` and `bridge` are the properties of a link of each kind. */
export function referencePage(
  vxlan: Readonly<Record<string, Property>>,
  bridge: Readonly<Record<string, Property>>,
): string {
  const linkKeys = Object.keys(bridge).filter((key) => key in vxlan && key !== 'mtu')
  const isOf = (keys: Readonly<Record<string, Property>>): Record<string, Property> =>
    Object.fromEntries(Object.entries(keys).filter(([key]) => !linkKeys.includes(key)))
  const only = (keys: Readonly<Record<string, Property>>): Record<string, Property> =>
    Object.fromEntries(Object.entries(keys).filter(([key]) => linkKeys.includes(key)))
  const port = vxlan['port']?.properties ?? {}
  return [
    '# The desired state, key by key',
    '',
    '<!-- Made from the schema by test/docs/reference-page.test.ts; `npm run unit -- -u` writes it anew. -->',
    '',
    'Files `*.yaml`, `*.yml` and `*.json` directly in the desired-state directory, merged by name. A file has two sections,',
    '`vxlans` and `bridges`, with a link under each name. Hidden files and editor backups are passed over. One error anywhere,',
    'and none of the files is taken up: the last valid state stays in force. `vxagent schema` prints the JSON Schema for',
    'editors; [examples/everything.yaml](../examples/everything.yaml) has every key once. Files named `.json` are strict JSON, and',
    'of a long list (100,000 forwarding entries, say) are read in half a second.',
    '',
    '- *Default*: what the kernel has when the key is not stated. A key that was stated and no longer is goes back to it; a key',
    '  that never was is left as it is. A `mac` stays, and so does the `cost` of a port.',
    '- *Changed*: `live` on a running link; `replaces`: the kernel cannot, so the link is made again. It keeps its MAC, alias,',
    '  master, addresses, static entries and VLANs. Where the VNI or port is another one, the new link is made and filled before',
    '  the old one goes (Linux 6.2 and later). `ttl` to or from `inherit`, `dev` to none, and a change between IPv4 and IPv6',
    '  underlay replace too.',
    '- *Since*: the first kernel that knows the key, where that is later than 5.10. On an older one it is a conflict in `status`',
    '  that says so.',
    '- The last columns have the words of iproute2, VyOS (1.4 and later), netplan and systemd-networkd for the same.',
    '',
    '## A vxlan',
    '',
    ...table(isOf(vxlan), vxlanWordRows, vxlanWords),
    '',
    '## Any link: a vxlan or a bridge',
    '',
    ...table(only(vxlan), vxlanWordRows, vxlanWords),
    '',
    '## A bridge',
    '',
    ...table(isOf(bridge), bridgeWordRows, bridgeWords),
    '',
    '## A port',
    '',
    'Under `port` of a vxlan, or under the name of a link in `ports` of a bridge.',
    '',
    ...table(port, portWordRows, portWords),
    '',
    '## An address',
    '',
    'An entry of `addresses` that is a mapping.',
    '',
    ...table(objectOf(vxlan['addresses']?.items), addressWordRows),
    '',
    '## A forwarding entry',
    '',
    'An entry of `fdb`. An entry of `remotes` that is a mapping has `dst`, `port`, `vni`, `src_vni` and `via` of these.',
    '',
    ...table(objectOf(vxlan['fdb']?.items), fdbWordRows),
    '',
    ...nestedTables(vxlan, port),
    '## sysctl',
    '',
    'Under `sysctl: {ipv4: …, ipv6: …}`: the kernel’s own names.',
    '',
    '| setting | value | meaning |',
    '|---|---|---|',
    ...(['ipv4', 'ipv6'] as const).flatMap((family) =>
      Object.entries(vxlan['sysctl']?.properties?.[family]?.properties ?? {}).map(
        ([name, property]) => `| \`${family}.${name}\` | ${valueForm(property)} | ${property.description} |`,
      ),
    ),
    '',
  ].join('\n')
}

/** The mappings that other lists have as entries. */
function nestedTables(
  { vnis, neighbours }: Readonly<Record<string, Property>>,
  { vlans, vlan_to_vni: map }: Readonly<Record<string, Property>>,
): string[] {
  const parts: [string, Property | undefined][] = [
    ['An entry of `vnis` that is a mapping', vnis],
    ['An entry of `neighbours`', neighbours],
    ['An entry of `vlans` that is a mapping', vlans],
    ['An entry of `vlan_to_vni`', map],
  ]
  return parts.flatMap(([title, list]) => [
    `## ${title}`,
    '',
    '| key | value | meaning |',
    '|---|---|---|',
    ...Object.entries(objectOf(list?.items)).map(
      ([key, property]) => `| \`${key}\` | ${valueForm(property)} | ${property.description ?? ''} |`,
    ),
    '',
  ])
}

function table(
  properties: Readonly<Record<string, Property>>,
  rows: Readonly<Record<string, WordRow>>,
  words: Words = [],
): string[] {
  return [
    '| key | value | default | changed | since | meaning | iproute2 | VyOS | netplan | networkd |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...Object.entries(properties).map(([key, property]) => {
      const [unit, ...others] = rows[key] as WordRow
      const word = words.find((each) => each.key === key)
      const [meaning, fallback] = apart(property.description ?? '')
      const value = unit === '' ? valueForm(property) : `${valueForm(property)} ${unit}`
      const cells = [
        ...[value, fallback, (word?.isLive ?? true) ? 'live' : 'replaces', word?.since?.join('.') ?? '', meaning],
        ...others.map((each) => (each === '' ? '' : `\`${each}\``)),
      ]
      return `| \`${key}\` | ${cells.join(' | ')} |`
    }),
  ]
}

/** A description without the sentence that tells the default, and what that tells. */
function apart(description: string): [meaning: string, fallback: string] {
  const [whole, fallback] = /(?:Kernel default|Default): (.*?)\.(?= |$)/.exec(description) ?? []
  return whole === undefined
    ? [description, '']
    : [description.replace(whole, '').replace(/ {2,}/g, ' ').trim(), fallback ?? '']
}

/** The properties of the mapping among the forms that a value may have. */
function objectOf(property: Property | undefined): Readonly<Record<string, Property>> {
  return property?.properties ?? property?.anyOf?.find((each) => each.properties !== undefined)?.properties ?? {}
}

function valueForm({
  type,
  minimum,
  maximum,
  enum: choices,
  const: word,
  anyOf,
  items,
  prefixItems,
  properties,
  ...rest
}: Property): string {
  if (choices !== undefined) {
    return choices.map((each) => `\`${each}\``).join(', ')
  }
  if (word !== undefined) {
    return `\`${word}\``
  }
  if (type === 'integer') {
    return `${minimum} to ${maximum}`
  }
  if (prefixItems !== undefined) {
    return `list: ${prefixItems.map(valueForm).join('; ')}`
  }
  if (type === 'array' && items !== undefined) {
    return `list of ${valueForm(items)}`
  }
  if (type === 'boolean') {
    return '`true`, `false`'
  }
  if (properties !== undefined || rest.additionalProperties !== undefined) {
    return 'mapping'
  }
  if (anyOf?.every(({ format }) => format !== undefined)) {
    return 'IP address'
  }
  if (type === undefined && anyOf !== undefined) {
    return [...new Set(anyOf.map(valueForm))].join(', ')
  }
  return rest.pattern === '^\\d+-\\d+$' ? '`A-B`' : 'text'
}
