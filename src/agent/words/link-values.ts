/** A link's values by the desired file's keys: what is wanted, and what is there. */
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredLink, LinkKind } from '../desired/overlay.ts'
import { dstportOf } from '../desired/schema.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import { remoteOf, vxlanData } from '../kernel/vxlan-link.ts'
import type { OwnedLink } from '../record/owned.ts'
import { bridgeWords } from './bridge-words.ts'
import { linkWords } from './link-words.ts'
import { type Values, withDropped } from './values.ts'
import { vxlanWords } from './vxlan-words.ts'
import type { Word } from './word.ts'

/** Words of IFLA_INFO_DATA, whose part of a link each kind has for itself. */
type DataWord = Word<string, never, object>

const dataWords: Readonly<Record<LinkKind, readonly DataWord[]>> = {
  vxlan: vxlanWords as readonly DataWord[],
  bridge: bridgeWords as readonly DataWord[],
}

/** The words of a kind of link, data first. */
export function wordsOf(kind: LinkKind): readonly Word<string, never, object>[] {
  return [...dataWords[kind], ...(linkWords as readonly DataWord[])]
}

/** What the kernel has; of keys that it does not tell, what was last written: undefined where that is in doubt. */
export function presentValues(link: Link, kind: LinkKind, record: OwnedLink | undefined, names: LinkNames): Values {
  const data = dataOf(link)
  const values: Record<string, unknown> = {}
  for (const word of dataWords[kind]) {
    values[word.key] = word.isShown === false ? writtenValue(word, record) : word.read(data as never, names)
  }
  for (const word of linkWords) {
    values[word.key] = word.read(link, names)
  }
  return values
}

/** Undefined, which is like no value at all, while the value is in doubt. */
function writtenValue({ key, fallback }: DataWord, record: OwnedLink | undefined): unknown {
  const { [key]: written = fallback } = record?.unshown ?? {}
  return written ?? undefined
}

/** IFLA_INFO_DATA of a link, where it is of a kind that is known. */
export function dataOf({ attributes }: Link): object {
  const data = attributes.linkinfo?.data
  return data === undefined || Buffer.isBuffer(data) ? {} : data
}

/** A vxlan's own `group` or `remote`, whose entry the kernel makes. */
export function presentRemote(link: Link): { remote?: string } {
  const remote = remoteOf(vxlanData(link) ?? {})
  return remote === undefined ? {} : { remote }
}

const fallbacks: Readonly<Record<LinkKind, Values>> = {
  vxlan: fallbacksOf('vxlan', ['mac']),
  // A bridge's MTU follows its ports until somebody sets it, and then for good.
  bridge: fallbacksOf('bridge', ['mac', 'mtu']),
}

/** A MAC stays when it is no longer stated: the kernel's default is a random one. */
function fallbacksOf(kind: LinkKind, without: readonly string[]): Values {
  const words = wordsOf(kind).filter(({ key }) => !without.includes(key))
  return Object.fromEntries(words.map(({ key, fallback }) => [key, fallback]))
}

/** What is stated, `up` in any case, and the kernel's default for what was stated when last applied and is no longer. */
export function wantedValues({ kind, spec }: DesiredLink, record: OwnedLink | undefined): Values {
  const keys = new Set(wordsOf(kind).map(({ key }) => key))
  const stated = Object.fromEntries(Object.entries(spec).filter(([key]) => keys.has(key)))
  const ofKind = kind === 'vxlan' ? { ...fallbacks.vxlan, dstport: dstportOf(spec) } : fallbacks.bridge
  return withDropped({ up: true, ...stated }, record?.stated ?? [], ofKind)
}

/** A key that is stated and that the running kernel does not know. */
export interface UnknownToKernel {
  readonly key: string
  readonly since: string
}

/** Keys that this kernel is too old for, unless they state what it does anyway. It would pass over them without a word. */
export function unknownToKernel(
  { kind, spec }: DesiredLink,
  kernel: { isKernelAtLeast(major: number, minor: number): boolean },
): UnknownToKernel[] {
  const stated = spec as Values
  return wordsOf(kind).flatMap(({ key, since, fallback }) =>
    since !== undefined && key in stated && stated[key] !== fallback && !kernel.isKernelAtLeast(...since)
      ? [{ key, since: since.join('.') }]
      : [],
  )
}
