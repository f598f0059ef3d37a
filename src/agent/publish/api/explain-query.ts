/** Which address is to be explained. */
import * as z from 'zod'
import { parseIpAddress } from '../../facts/ip-text.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { AmbiguousQuestion, type Question } from '../../insight/explain/departure-point.ts'

/** The query of `/v1/explain`. */
export const explainQuerySchema = z.strictObject({
  to: z.string().min(1).max(64).describe('a MAC address, or an IP address'),
  dev: z.string().min(1).max(256).optional().describe('the link by which the frame begins its way'),
  vlan: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(4094))
    .optional()
    .describe('the VLAN in which the frame enters the bridge'),
})

export type ExplainQuery = z.output<typeof explainQuerySchema>

/** The question as it is answered, its address in the kernel's form. Throws AmbiguousQuestion for what is no address. */
export function questionOf({ to, dev, vlan }: ExplainQuery): Question {
  const options = { ...(dev !== undefined && { dev }), ...(vlan !== undefined && { vlan }) }
  if (/^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i.test(to)) {
    const target = to
      .toLowerCase()
      .split(':')
      .map((byte) => byte.padStart(2, '0'))
      .join(':')
    if (target === zeroMac) {
      throw new AmbiguousQuestion(
        `${zeroMac} is no MAC address that frames go to: a vxlan keeps its default destinations under it, where it sends what has no entry of its own; vxagent fdb --mac ${zeroMac} shows them, and explain ff:ff:ff:ff:ff:ff what is sent there`,
      )
    }
    return { target, isMac: true, ...options }
  }
  const ip = parseIpAddress(to)
  if (typeof ip === 'string') {
    throw new AmbiguousQuestion(`${JSON.stringify(to)} must be a MAC address, such as 02:00:00:00:00:fe, or ${ip}`)
  }
  if (ip.kind !== 'unicast' && ip.kind !== 'loopback') {
    throw new AmbiguousQuestion(`${ip.text} is a ${ip.kind} address: ask for a host's`)
  }
  return { target: ip.text, isMac: false, ...options }
}
