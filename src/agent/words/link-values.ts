/**
 * A link's values by the desired file's keys: what is wanted, and what is there. Those are the keys of a spec that are one value of the link
 * itself: they alone are compared, and set together. Lists, which change entry by entry, are compared elsewhere.
 */
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredLink, LinkKind } from '../desired/overlay.ts'
import { dstportOf } from '../desired/schema.ts'
import { bridgeData } from '../kernel/bridge-link.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import { remoteOf, vxlanData } from '../kernel/vxlan-link.ts'
import type { OwnedLink, UnshownValues } from '../record/owned.ts'
import { type BridgeDataValues, bridgeWords } from './bridge-words.ts'
import { type AnyLinkValues, linkWords } from './link-words.ts'
import { type ChangeOf, pick, valuesBy, withDropped } from './values.ts'
import { type VxlanDataValues, vxlanWords } from './vxlan-words.ts'
import type { WordFacts } from './word.ts'

/** Values of a link of any kind: those of its data, and those that all links have. */
export interface LinkValues extends VxlanDataValues, BridgeDataValues, AnyLinkValues {}

/** A value of a link that differs. */
export type LinkChange = ChangeOf<LinkValues>

const facts: Readonly<Record<LinkKind, readonly WordFacts<LinkValues>[]>> = {
  vxlan: [...vxlanWords, ...linkWords],
  bridge: [...bridgeWords, ...linkWords],
}

/** The words of a kind of link, data first. */
export function wordsOf(kind: LinkKind): readonly WordFacts<LinkValues>[] {
  return facts[kind]
}

const keys = {
  vxlan: facts.vxlan.map(({ key }) => key),
  bridge: facts.bridge.map(({ key }) => key),
} as const

/** Their keys, in that order. */
export function keysOf(kind: LinkKind): readonly (keyof LinkValues & string)[] {
  return keys[kind]
}

/** What the kernel has; of keys that it does not tell, what was last written: undefined where that is in doubt. */
export function presentValues(link: Link, kind: LinkKind, record: OwnedLink | undefined, names: LinkNames): LinkValues {
  const ofAny: AnyLinkValues = valuesBy(linkWords, ({ read }) => read(link, names))
  if (kind === 'bridge') {
    const data = bridgeData(link) ?? {}
    const ofBridge: BridgeDataValues = valuesBy(bridgeWords, ({ read }) => read(data, names))
    return { ...ofBridge, ...ofAny }
  }
  const data = vxlanData(link) ?? {}
  const ofVxlan: VxlanDataValues = valuesBy(vxlanWords, ({ read }) => read(data, names))
  return { ...ofVxlan, ...writtenValues(record?.unshown), ...ofAny }
}

/** Undefined, which is like no value at all, while the value is in doubt. */
function writtenValues({ mcroute = false }: UnshownValues = {}): Pick<LinkValues, keyof UnshownValues> {
  return { mcroute: mcroute ?? undefined }
}

/** A vxlan's own `group` or `remote`, whose entry the kernel makes. */
export function presentRemote(link: Link): { remote?: string } {
  const remote = remoteOf(vxlanData(link) ?? {})
  return remote === undefined ? {} : { remote }
}

const fallbacks: Readonly<Record<LinkKind, LinkValues>> = {
  vxlan: fallbacksOf('vxlan', ['mac']),
  // A bridge's MTU follows its ports until somebody sets it, and then for good.
  bridge: fallbacksOf('bridge', ['mac', 'mtu']),
}

/** A MAC stays when it is no longer stated: the kernel's default is a random one. */
function fallbacksOf(kind: LinkKind, without: readonly string[]): LinkValues {
  const words = wordsOf(kind).filter(({ key }) => !without.includes(key))
  return valuesBy(words, ({ fallback }) => fallback)
}

/** What is stated, `up` in any case, and the kernel's default for what was stated when last applied and is no longer. */
export function wantedValues(desired: DesiredLink, record: OwnedLink | undefined): LinkValues {
  const ofKind = desired.kind === 'vxlan' ? { ...fallbacks.vxlan, dstport: dstportOf(desired.spec) } : fallbacks.bridge
  return withDropped<LinkValues>({ up: true, ...statedValues(desired) }, record?.stated ?? [], ofKind)
}

/** What a file states of the link itself, as opposed to its lists. */
function statedValues({ kind, spec }: DesiredLink): LinkValues {
  const values: LinkValues = spec
  return pick(values, keysOf(kind))
}

/** A key that is stated and that the running kernel does not know. */
export interface UnknownToKernel {
  readonly key: string
  readonly since: string
}

/** Keys that this kernel is too old for, unless they state what it does anyway. It would pass over them without a word. */
export function unknownToKernel(
  desired: DesiredLink,
  kernel: { isKernelAtLeast(major: number, minor: number): boolean },
): UnknownToKernel[] {
  const stated = statedValues(desired)
  return wordsOf(desired.kind).flatMap(({ key, since, fallback }) =>
    since !== undefined && key in stated && stated[key] !== fallback && !kernel.isKernelAtLeast(...since)
      ? [{ key, since: since.join('.') }]
      : [],
  )
}
