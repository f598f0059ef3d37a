/** All keys of the desired state, in the order in which docs/reference/desired-state.md and vxagent-desired(5) tell them. */
import { desiredStateJsonSchema } from '../../src/agent/desired/schema.ts'
import { bridgeWords } from '../../src/agent/words/bridge-words.ts'
import { portWords } from '../../src/agent/words/port-words.ts'
import { vxlanWords } from '../../src/agent/words/vxlan-words.ts'
import type { WordFacts } from '../../src/agent/words/word.ts'
import { apart, entryOf, objectOf, type Properties, type Property, valueForm } from './property.ts'
import {
  addressWordRows,
  bridgeFdbWordRows,
  bridgeWordRows,
  fdbWordRows,
  portWordRows,
  vxlanWordRows,
  type WordRow,
} from './words.ts'

/** One key. Words that are to be typed as they stand are in backquotes. */
export interface Key {
  readonly name: string
  /** What may be stated. */
  readonly value: string
  /** The whole description; `meaning` is the same without the sentence that tells the default. */
  readonly description: string
  readonly meaning: string
  /** '' for none. */
  readonly fallback: string
  /** How a running link gets another value; a list is changed entry by entry, so live. */
  readonly isLive: boolean
  /** The first kernel that knows the key, where that is later than 5.10; else ''. */
  readonly since: string
  /** The words of iproute2, VyOS, netplan and systemd-networkd. */
  readonly words: readonly string[]
}

export interface Section {
  readonly title: string
  /** Where such keys stand. */
  readonly where?: string
  /** Whether its keys have defaults, releases and words of their own, or are told by their descriptions alone. */
  readonly isFull: boolean
  readonly keys: readonly Key[]
}

/** Those of the keys of a table that are one value. */
type Words = readonly (Pick<WordFacts<unknown>, 'isLive' | 'since'> & { readonly key: string })[]

export function sections(): readonly Section[] {
  const { vxlan, bridge, fleet } = linkProperties()
  // Two keys of a bridge are others than the vxlan's of that name.
  const shared = Object.keys(bridge).filter((key) => key in vxlan && key !== 'mtu' && key !== 'fdb')
  const only = (keys: Properties): Properties => pick(keys, (key) => shared.includes(key))
  const isOf = (keys: Properties): Properties => pick(keys, (key) => !shared.includes(key))
  const port = vxlan['port']?.properties ?? {}
  return [
    { title: 'A vxlan', isFull: true, keys: keysOf(isOf(vxlan), vxlanWordRows, vxlanWords) },
    { title: 'Any link: a vxlan or a bridge', isFull: true, keys: keysOf(only(vxlan), vxlanWordRows, vxlanWords) },
    { title: 'A bridge', isFull: true, keys: keysOf(isOf(bridge), bridgeWordRows, bridgeWords) },
    {
      title: 'A port',
      where: 'Under `port` of a vxlan, or under the name of a link in `ports` of a bridge.',
      isFull: true,
      keys: keysOf(port, portWordRows, portWords),
    },
    {
      title: 'An address',
      where: 'An entry of `addresses` that is a mapping.',
      isFull: true,
      keys: keysOf(entryOf(vxlan['addresses']), addressWordRows),
    },
    {
      title: 'A forwarding entry',
      where:
        'An entry of `fdb` of a vxlan. An entry of `remotes` that is a mapping has `dst`, `port`, `vni`, `src_vni` and `via` of these.',
      isFull: true,
      keys: keysOf(entryOf(vxlan['fdb']), fdbWordRows),
    },
    {
      title: 'A forwarding entry of a bridge',
      where: 'An entry of `fdb` of a bridge.',
      isFull: true,
      keys: keysOf(entryOf(bridge['fdb']), bridgeFdbWordRows),
    },
    entriesOf('An entry of `vnis` that is a mapping', vxlan['vnis']),
    entriesOf('An entry of `neighbours`', vxlan['neighbours']),
    entriesOf('An entry of `vlans` that is a mapping', port['vlans']),
    entriesOf('An entry of `vlan_to_vni`', port['vlan_to_vni']),
    {
      title: 'The fleet',
      where: 'Under `fleet` at the top of one of the files.',
      isFull: false,
      keys: keysOf(fleet),
    },
    {
      title: 'sysctl',
      where: 'Under `sysctl: {ipv4: …, ipv6: …}`: the kernel’s own names.',
      isFull: false,
      keys: (['ipv4', 'ipv6'] as const).flatMap((family) =>
        keysOf(vxlan['sysctl']?.properties?.[family]?.properties ?? {}).map((key) => ({
          ...key,
          name: `${family}.${key.name}`,
        })),
      ),
    },
  ]
}

/** The properties of a link of each kind, and of the fleet's section. */
function linkProperties(): Readonly<Record<'vxlan' | 'bridge' | 'fleet', Properties>> {
  const { vxlans, bridges, fleet } = (desiredStateJsonSchema() as Property).properties ?? {}
  return {
    vxlan: objectOf(vxlans?.additionalProperties),
    bridge: objectOf(bridges?.additionalProperties),
    fleet: objectOf(fleet),
  }
}

/** The mappings that a list has as entries. */
function entriesOf(title: string, list: Property | undefined): Section {
  return { title, isFull: false, keys: keysOf(entryOf(list)) }
}

const noWords: WordRow = ['', '', '', '', '']

function keysOf(
  properties: Properties,
  rows: Readonly<Record<string, WordRow | undefined>> = {},
  words: Words = [],
): readonly Key[] {
  return Object.entries(properties).map(([name, property]) => {
    const [unit, ...others] = rows[name] ?? noWords
    const word = words.find((each) => each.key === name)
    const description = property.description ?? ''
    const [meaning, fallback] = apart(description)
    return {
      name,
      value: unit === '' ? valueForm(property) : `${valueForm(property)} ${unit}`,
      description,
      meaning,
      fallback,
      isLive: word?.isLive ?? true,
      since: word?.since?.join('.') ?? '',
      words: others,
    }
  })
}

function pick(properties: Properties, isWanted: (key: string) => boolean): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => isWanted(key)))
}
