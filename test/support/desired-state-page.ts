/** docs/desired-state.md, made from the schema so that it cannot go stale. */
import { vxlanWords } from '../../src/agent/model/vxlan-words.ts'

/** The parts of a JSON Schema that the page tells. */
interface Property {
  readonly description?: string
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly Property[]
  readonly items?: Property
  readonly prefixItems?: readonly Property[]
  readonly examples?: readonly unknown[]
}

/** Whether a change of the key leaves the link in place; for keys that live outside IFLA_INFO_DATA it always does. */
const liveByKey = new Map<string, boolean>(vxlanWords.map(({ key, isLive }) => [key, isLive]))

/** A row for each key of a link, in the schema's order. */
export function desiredStatePage(properties: Readonly<Record<string, Property>>): string {
  const rows = Object.entries(properties).map(([key, property]) => {
    const isLive = liveByKey.get(key) ?? true
    return `| \`${key}\` | ${valueForm(property)} | ${isLive ? 'live' : 'replaces'} | ${property.description ?? ''} |`
  })
  return [
    '# The desired state, key by key',
    '',
    '<!-- Made from the schema by test/docs/desired-state-page.test.ts; `npm run unit -- -u` writes it anew. -->',
    '',
    'Files `*.yaml`, `*.yml` and `*.json` directly in the desired-state directory, merged by name. A file has one section,',
    '`vxlans`, with a link under each name. Hidden files and editor backups are passed over. One error anywhere, and none of the',
    'files is taken up: the last valid state stays in force. `vxagent schema` prints the JSON Schema for editors;',
    '[examples/everything.yaml](../examples/everything.yaml) has every key once.',
    '',
    '*Changed*: `live` on a running link; `replaces`: the kernel cannot, so the link is deleted and made again with the same MAC and',
    'its addresses. `ttl` to or from `inherit` replaces too, and so does a change between IPv4 and IPv6 underlay. A key that was',
    "stated and no longer is goes back to the kernel's default; a key that never was is left as it is.",
    '',
    '| key | value | changed | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function valueForm({ type, minimum, maximum, enum: words, const: word, anyOf, items, prefixItems }: Property): string {
  if (words !== undefined) {
    return words.map((each) => `\`${each}\``).join(', ')
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
  if (type === 'array') {
    return 'list of `IP/PREFIX`'
  }
  if (type === undefined && anyOf !== undefined) {
    return anyOf.map(valueForm).join(', ')
  }
  return items === undefined && type === 'boolean' ? '`true`, `false`' : 'text'
}
