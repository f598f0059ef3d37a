/** Which frame arrives, and which address is sought: the queries of `/v1/arrival` and `/v1/whereis`. */
import * as z from 'zod'
import { sentFeatures } from '../../answers/explanation.ts'
import { familyOf, parseIpAddress } from '../../facts/ip-text.ts'
import type { ArrivingFrame } from '../../insight/arrival/arriving-frame.ts'
import type { Sought } from '../../insight/arrival/whereis.ts'
import { AmbiguousQuestion } from '../../insight/explain/departure-point.ts'
import { questionOf } from './explain-query.ts'

/** A number as a query has it. */
const number = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,8}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))

const ip = z
  .string()
  .max(64)
  .transform((text, context) => {
    const parsed = parseIpAddress(text)
    if (typeof parsed === 'string') {
      context.addIssue({ code: 'custom', message: `must be ${parsed}` })
      return z.NEVER
    }
    return parsed.text
  })

const mac = z
  .string()
  .regex(/^[\da-f]{2}(:[\da-f]{2}){5}$/i)
  .transform((text) => text.toLowerCase())

const vni = number(0, 0xffffff)

/** The query of `/v1/arrival`. */
export const arrivalQuerySchema = z.strictObject({
  source: ip.describe('the outer source address'),
  to: ip.describe('the outer destination address'),
  port: number(1, 65535).describe('the UDP destination port'),
  vni: vni.describe('the VNI in the header'),
  mac: mac.describe('the MAC address that the frame is for'),
  from: mac.optional().describe('the MAC address that it comes from'),
  vlan: number(1, 4094).optional().describe('the VLAN tag that it carries'),
  asks: ip.optional().describe('the address that it asks for, if it is an ARP or ND question'),
  features: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(sentFeatures)).max(sentFeatures.length))
    .optional()
    .describe('features of the vxlan that sends it, with commas: gbp, gpe, remcsumtx, udp6zerocsumtx'),
  mtu: number(1, 0xffffff).optional().describe('bytes of the largest packet that the frames carry'),
  outerMtu: number(1, 0xffffff)
    .optional()
    .describe('bytes of the largest packet that the underlay of the sender carries'),
})

/** The frame. Throws AmbiguousQuestion where the addresses do not go together. */
export function frameOf({ features = [], ...query }: z.output<typeof arrivalQuerySchema>): ArrivingFrame {
  if (familyOf(query.source) !== familyOf(query.to)) {
    throw new AmbiguousQuestion('source and to must be of one family')
  }
  const { from, vlan, asks, mtu, outerMtu, ...frame } = query
  return {
    ...frame,
    features,
    ...(from !== undefined && { from }),
    ...(vlan !== undefined && { vlan }),
    ...(asks !== undefined && { asks }),
    ...(mtu !== undefined && { mtu }),
    ...(outerMtu !== undefined && { outerMtu }),
  }
}

/** The query of `/v1/whereis`. */
export const whereisQuerySchema = z.strictObject({
  address: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('a MAC or IP address of the overlay; without one this host itself is meant'),
  vni: vni.optional().describe('the VNI, if it is one alone'),
})

/** What is sought. Throws AmbiguousQuestion for what is no address. */
export function soughtOf({ address, vni: only }: z.output<typeof whereisQuerySchema>): Sought {
  const question = address === undefined ? undefined : questionOf({ to: address })
  return {
    isMac: question?.isMac ?? false,
    ...(question !== undefined && { address: question.target }),
    ...(only !== undefined && { vni: only }),
  }
}
