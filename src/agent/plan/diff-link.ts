/** One declared link against the kernel's: what to change live, what forces a replacement. */
import { isDeepStrictEqual } from 'node:util'
import { constants, type Link } from '../../rtnetlink/index.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import type { OwnedLink } from '../model/owned.ts'
import { underlayFamily, type VxlanKey, vxlanWords } from '../model/vxlan-words.ts'
import type { AttributeChange, Plan } from './action.ts'
import type { LinkContext } from './link-context.ts'
import { defaultMtu, wantedMtu } from './mtu.ts'
import { observedSpec } from './observed-spec.ts'
import { foreignVniHolder } from './vni-holder.ts'

/** Compares what is stated, and what was stated before and is not any more; nothing else of the link is looked at. */
export function diffLink(name: string, spec: VxlanSpec, link: Link, record: OwnedLink, context: LinkContext): Plan {
  const present = observedSpec(link, context)
  const wanted = wantedValues(spec, record)
  const changes = vxlanWords.flatMap(({ key }): AttributeChange[] => differing(key, present[key], wanted))
  const forcedBy = changes.filter((change) => !canChangeLive(change, present, spec))
  const { mtu, notice } = wantedMtu(spec, context)
  const notices = notice === undefined ? [] : [{ link: name, message: notice }]

  if (spec.dev !== undefined && !context.byName.has(spec.dev)) {
    const reason = `its underlay device ${spec.dev} does not exist; ${name} stays as it is until ${spec.dev} appears`
    return { actions: [], notices, obstacles: [{ link: name, kind: 'waiting', reason }] }
  }
  if (forcedBy.length > 0) {
    const obstacle = foreignVniHolder(name, spec, context)
    if (obstacle !== undefined) {
      return { actions: [], notices, obstacles: [obstacle] }
    }
    const mac = spec.mac ?? link.attributes.address
    return {
      actions: [
        {
          kind: 'replaceLink',
          link: name,
          ifindex: link.index,
          spec,
          ...(mac !== undefined && { mac }),
          ...(mtu !== undefined && { mtu }),
          ...keptOf(spec, link, record),
          forcedBy,
          alongside: changes.filter((change) => !forcedBy.includes(change)),
          reason: 'the kernel cannot change that on a live link',
        },
      ],
      obstacles: [],
      notices,
    }
  }
  const linkValues = presentLinkValues(link)
  const wantedLinkValues = { ...wanted, ...(mtu !== undefined && { mtu }), up: spec.up ?? true }
  const linkChanges = (['mtu', 'mac', 'alias', 'up'] as const).flatMap((key) =>
    differing(key, linkValues[key], wantedLinkValues),
  )
  const all = [...changes, ...linkChanges]
  return {
    actions:
      all.length === 0
        ? []
        : [
            {
              kind: 'changeLink',
              link: name,
              ifindex: link.index,
              spec,
              changes: all,
              reason: 'differs from the desired state',
            },
          ],
    obstacles: [],
    notices,
  }
}

/** The master, which no file states, and an alias that none does. */
function keptOf(spec: VxlanSpec, { attributes }: Link, record: OwnedLink): { master?: number; alias?: string } {
  const { master, ifalias } = attributes
  const isAliasStated = spec.alias !== undefined || record.stated.includes('alias')
  return {
    ...(master !== undefined && { master }),
    ...(ifalias !== undefined && !isAliasStated && { alias: ifalias }),
  }
}

const fallbacks: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(vxlanWords.map(({ key, fallback }) => [key, fallback])),
  alias: '',
  mtu: defaultMtu,
}

/** What is stated, and the kernel's default for what was stated when last applied. */
function wantedValues(spec: VxlanSpec, record: OwnedLink): Readonly<Record<string, unknown>> {
  const dropped = record.stated.filter((key) => !(key in spec) && key in fallbacks)
  return { ...Object.fromEntries(dropped.map((key) => [key, fallbacks[key]])), ...spec }
}

function differing(key: keyof VxlanSpec, from: unknown, wanted: Readonly<Record<string, unknown>>): AttributeChange[] {
  return key in wanted && !isDeepStrictEqual(from, wanted[key]) ? [{ attribute: key, from, to: wanted[key] }] : []
}

const liveKeys = new Set<string>(vxlanWords.filter((word) => word.isLive).map((word) => word.key))

function canChangeLive(
  { attribute, from, to }: AttributeChange,
  present: Partial<VxlanSpec>,
  spec: VxlanSpec,
): boolean {
  if (!liveKeys.has(attribute)) {
    return false
  }
  switch (attribute as VxlanKey) {
    case 'ttl':
      // A flag: the kernel can neither set nor clear it on a live link.
      return from !== 'inherit' && to !== 'inherit'
    case 'group':
    case 'remote':
    case 'local':
      return (to !== undefined || isRemoteMoved(attribute, spec)) && underlayFamily(present) === underlayFamily(spec)
    case 'dev':
      return to !== undefined
    default:
      return true
  }
}

/** From `group` to `remote` or back: one attribute to the kernel, which then only changes its value. */
function isRemoteMoved(attribute: string, spec: VxlanSpec): boolean {
  return (attribute === 'group' && spec.remote !== undefined) || (attribute === 'remote' && spec.group !== undefined)
}

function presentLinkValues({ flags, attributes }: Link): Pick<VxlanSpec, 'mtu' | 'mac' | 'alias' | 'up'> {
  const { mtu, address, ifalias } = attributes
  return {
    ...(mtu !== undefined && { mtu }),
    ...(address !== undefined && { mac: address }),
    alias: ifalias ?? '',
    up: (flags & constants.IFF_UP) !== 0,
  }
}
