/**
 * The questions by which a frame is followed from host to host: where an address is, how a frame leaves, what becomes of one that arrives. The
 * answers are those of the agent of the host that is asked, in the bounds that a stranger's words have.
 */
import * as z from 'zod'
import type { Arrival, Whereabouts } from '../../agent/answers/arrival.ts'
import { type Explanation, explainedEntries, sentFeatures } from '../../agent/answers/explanation.ts'
import type { QuestionKind } from './question.ts'
import { address, macAddress, mtu, port, sentence, vni } from './values.ts'

const anyAddress = z
  .string()
  .max(45)
  .regex(/^[\da-f.:]+$/)
const device = sentence(15)
const vlan = z.int().min(1).max(4094)
const features = z.array(z.enum(sentFeatures)).max(sentFeatures.length)

/** The most steps of an answer, and packets that one names. */
export const mostSteps = 100
export const mostPackets = 32

const step = z.object({
  table: sentence(32),
  text: sentence(2000),
  isProblem: z.literal(true).exactOptional(),
})
const steps = z.array(step).max(mostSteps)

/** Where an address of the overlay is on a host; without one, where the host itself is. */
export const whereisKind: QuestionKind<WhereisAsk, Whereabouts> = {
  name: 'whereis',
  ask: z.object({ address: anyAddress.exactOptional(), vni: vni.exactOptional() }),
  answer: z.object({
    places: z
      .array(
        z.object({
          kind: z.enum(['own', 'port']),
          vni,
          vxlan: device,
          dev: device,
          mac: macAddress,
          addresses: z.array(anyAddress).max(64),
          vlan: vlan.exactOptional(),
        }),
      )
      .max(64),
  }),
}

export interface WhereisAsk {
  readonly address?: string
  readonly vni?: number
}

/** How a frame leaves a host. */
export interface DepartureAsk {
  /** MAC or IP address. */
  readonly to: string
  readonly dev?: string
  readonly vlan?: number
  readonly vni: number
  /** VTEP addresses whose packets are to be named: of a flood there may be thousands. */
  readonly toward: readonly string[]
}

/** The explanation of the agent there, with few of its packets. */
export interface Departure extends Omit<Explanation, 'target' | 'changes' | 'agesOutIn'> {
  /** How many packets leave for one frame. */
  readonly copies: number
}

export const departureKind: QuestionKind<DepartureAsk, Departure> = {
  name: 'departure',
  ask: z.object({
    to: anyAddress,
    dev: device.exactOptional(),
    vlan: vlan.exactOptional(),
    vni,
    toward: z.array(address).max(mostPackets),
  }),
  answer: z.object({
    mac: macAddress.exactOptional(),
    ip: anyAddress.exactOptional(),
    dev: device.exactOptional(),
    vxlan: device.exactOptional(),
    fate: z.enum(['unicast', 'flood', 'local', 'dropped', 'not overlay']),
    steps,
    packets: z
      .array(
        z.object({
          vni,
          remote: anyAddress,
          dstport: port,
          source: anyAddress.exactOptional(),
          dev: device.exactOptional(),
          gateway: anyAddress.exactOptional(),
          mtu: mtu.exactOptional(),
          problem: sentence(1000).exactOptional(),
          node: sentence(63).exactOptional(),
        }),
      )
      .max(mostPackets),
    entry: z.enum(explainedEntries).exactOptional(),
    frame: z
      .object({
        mac: macAddress,
        asks: anyAddress.exactOptional(),
        vlan: vlan.exactOptional(),
        mtu,
        features,
      })
      .exactOptional(),
    since: z.iso.datetime().exactOptional(),
    answer: sentence(4000),
    copies: z.int().min(0),
  }),
}

/** A frame that arrives at a host; the same as the query of `/v1/arrival`. */
export interface ArrivalAsk {
  readonly source: string
  readonly to: string
  readonly port: number
  readonly vni: number
  readonly mac: string
  readonly from?: string
  readonly vlan?: number
  readonly asks?: string
  readonly features: readonly (typeof sentFeatures)[number][]
  readonly mtu?: number
  readonly outerMtu?: number
}

export const arrivalKind: QuestionKind<ArrivalAsk, Arrival> = {
  name: 'arrival',
  ask: z.object({
    source: anyAddress,
    to: anyAddress,
    port,
    vni,
    mac: macAddress,
    from: macAddress.exactOptional(),
    vlan: vlan.exactOptional(),
    asks: anyAddress.exactOptional(),
    features,
    mtu: mtu.exactOptional(),
    outerMtu: mtu.exactOptional(),
  }),
  answer: z.object({
    fate: z.enum(['local', 'port', 'flood', 'dropped', 'unseen']),
    vxlan: device.exactOptional(),
    bridge: device.exactOptional(),
    ports: z.array(device).max(4096),
    isForHost: z.boolean(),
    steps,
    unseen: z.array(sentence(1000)).max(32),
    answer: sentence(4000),
  }),
}
