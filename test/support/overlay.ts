/** The fake kernel's links as a test compares them: read from its state, not through the agent. */
import { constants } from '../../src/rtnetlink/index.ts'
import type { FakeKernel } from './fake-kernel.ts'
import type { FakeLink } from './fake-namespace.ts'
import { vxlanRemote } from './fake-vxlan.ts'

/** What a test asks of a vxlan. */
export interface OverlayLink {
  readonly id: number
  readonly dstport: number
  readonly remote: string | undefined
  readonly dev: string | undefined
  /** The device by which its default forwarding entry sends. */
  readonly floodsVia: string | undefined
  readonly ttl: number | 'inherit'
  readonly ageing: number
  readonly mtu: number
  readonly isUp: boolean
  readonly alias: string | undefined
  /** In order of their text, without the kernel's own. */
  readonly addresses: readonly string[]
}

/** One vxlan, or undefined when there is none of that name. */
export function overlayLink(kernel: FakeKernel, name: string): OverlayLink | undefined {
  const link = kernel.namespace.byName(name)
  return link?.kind === 'vxlan' ? describe(kernel, link) : undefined
}

/** All vxlans, by name. */
export function overlay(kernel: FakeKernel): Record<string, OverlayLink> {
  const vxlans = kernel.namespace.links.filter(({ kind }) => kind === 'vxlan')
  return Object.fromEntries(vxlans.map((link) => [link.name, describe(kernel, link)]))
}

/** Everything about some links, for comparing them with themselves later. */
export function snapshot(kernel: FakeKernel, names: readonly string[]): unknown {
  return structuredClone(names.map((name) => kernel.namespace.byName(name)))
}

function describe(kernel: FakeKernel, link: FakeLink): OverlayLink {
  const nameOf = (index: number | undefined): string | undefined =>
    kernel.namespace.links.find((other) => other.index === index)?.name
  const { id = 0, port = 0, ttl = 0, ttlInherit, ageing = 0 } = link.vxlan
  const remote = vxlanRemote(link.vxlan)
  return {
    id,
    dstport: port,
    remote,
    dev: nameOf(link.vxlan.link),
    floodsVia: remote === undefined ? undefined : nameOf(link.floodsVia),
    ttl: ttlInherit ? 'inherit' : ttl,
    ageing,
    mtu: link.mtu,
    isUp: link.isUp,
    alias: link.alias,
    addresses: link.addresses
      .filter(({ proto }) => proto !== constants.IFAPROT_KERNEL_LL)
      .map(({ ip, prefix }) => `${ip}/${prefix}`)
      .sort(),
  }
}
