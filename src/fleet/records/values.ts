/**
 * Reading values of the store. Anybody who may write there may have written anything: each value is bounded and checked before any other
 * code sees it. Unknown keys are ignored, so that a later version may add some.
 */
import { isIP } from 'node:net'
import * as z from 'zod'
import { parseIpAddress } from '../../agent/facts/ip-text.ts'
import { isNodeId } from './keys.ts'

/** No value is larger, in bytes; etcd takes requests of 1.5 MiB. */
export const largestValue = 1024 * 1024

/** A value that is none of ours, or damaged: why, as the end of a sentence. */
export class UnreadableValue extends Error {
  override readonly name = 'UnreadableValue'
}

/** The JSON of a value of at most `largest` bytes as `schema` has it. Throws UnreadableValue. */
export function readValue<T>(value: Buffer, schema: z.ZodType<T>, largest = largestValue): T {
  if (value.length > largest) {
    throw new UnreadableValue(`it is ${value.length} bytes long, and ${largest} is the most`)
  }
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value))
  } catch (error) {
    throw new UnreadableValue('it is no JSON', { cause: error })
  }
  const result = schema.safeParse(content)
  if (result.success) {
    return result.data
  }
  const [issue] = result.error.issues
  const place = issue?.path.slice(0, 4).join('.').slice(0, 100)
  throw new UnreadableValue(`${place === '' ? 'it' : `its ${place}`} is not what it should be`)
}

/** A host's address, canonical. */
export const address = z
  .string()
  .max(45)
  .transform((text, context) => {
    const parsed = parseIpAddress(text)
    if (typeof parsed === 'string' || parsed.kind !== 'unicast') {
      context.addIssue({ code: 'custom', message: 'no unicast address' })
      return z.NEVER
    }
    return parsed.text
  })

/** An address with the length of its network's prefix. */
export const prefix = z
  .string()
  .max(49)
  .refine((text) => {
    const [base = '', length = '', ...rest] = text.split('/')
    // A zone is fine to isIP(), and means nothing on another host.
    const family = base.includes('%') ? 0 : isIP(base)
    return rest.length === 0 && /^\d{1,3}$/.test(length) && family !== 0 && Number(length) <= (family === 4 ? 32 : 128)
  })

export const nodeId = z.string().max(63).refine(isNodeId)

export const macAddress = z.string().regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/)

export const port = z.int().min(1).max(65535)
export const mtu = z.int().min(0).max(0xffffffff)
export const vni = z.int().min(0).max(0xffffff)

/** Letters, digits and a few signs: for names of links and versions, which are printed. */
export const word = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\x21-\x7e]+$/)

/** Text for people: no control characters, and none that change how the rest is shown. */
export const sentence = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^\P{C}+$/u)

/** `42`, or `10000-13999`. */
export const vniRange = z
  .string()
  .max(17)
  .transform((text, context) => {
    const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(text)
    const [low, high] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
    if (match === null || low > high || high > 0xffffff) {
      context.addIssue({ code: 'custom', message: 'no VNI or range' })
      return z.NEVER
    }
    return { low, high }
  })

export type VniRange = z.output<typeof vniRange>
