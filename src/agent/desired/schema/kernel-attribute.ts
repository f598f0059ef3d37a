/** Keys of a vxlan whose value is one attribute of the kernel's, as it stands. */
import * as z from 'zod'
import type { VxlanAttributes } from '../../../rtnetlink/index.ts'

/** Attributes of a vxlan that are a number or a boolean. */
type PlainAttribute = {
  [K in keyof VxlanAttributes]-?: VxlanAttributes[K] extends number | boolean | undefined ? K : never
}[keyof VxlanAttributes]

/** What the kernel has for such a key. */
export interface KernelAttribute {
  readonly attribute: PlainAttribute
  /** What the kernel takes when nothing is stated. */
  readonly fallback: number | boolean
  /** Whether the kernel can change it on a live link. */
  readonly isLive: boolean
  /** The first kernel release that knows it, where that is later than 5.10. */
  readonly since?: readonly [major: number, minor: number]
}

/** What the schema of a key says of the kernel: `.register(inKernel, …)`. A key that needs a translation is in `vxlan-words.ts` instead. */
export const inKernel = z.registry<KernelAttribute>()
