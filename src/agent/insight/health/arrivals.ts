/** By which device what the VTEPs send arrives, and whether the kernel takes it from there. */
import { constants, KernelError, type RtnetlinkClient } from '../../../rtnetlink/index.ts'
import { familyOf } from '../../facts/ip-text.ts'
import { forEachInSlices, startInSlices } from '../../host/slices.ts'
import { localAddress, type Observed } from '../../kernel/observed.ts'
import type { Arrival, Way } from './facts.ts'

/** Kinds of links on which addresses are kept that packets reach by any device. */
const holders: ReadonlySet<string | undefined> = new Set(['dummy', 'vrf'])

/**
 * What VTEPs send arrives, as far as can be told, where the host has the address that it sends from. Where that is the device by which it sends,
 * nothing is asked. Rejects as the client does.
 */
export async function arrivalsFrom(
  ways: readonly Omit<Way, 'arrival'>[],
  client: Pick<RtnetlinkClient, 'getRoute'>,
  observed: Observed,
): Promise<Way[]> {
  const devices = devicesByAddress(observed)
  const questions = new Map<string, Question>()
  await forEachInSlices(ways, (way) => {
    const question = questionOf(way, devices)
    if (question !== undefined) {
      questions.set(keyOf(question), question)
    }
  })
  const answers = new Map<string, Arrival>()
  await startInSlices(questions.values(), async (question) => {
    answers.set(keyOf(question), await arrivalOf(client, question))
  })
  const arrived: Way[] = []
  await forEachInSlices(ways, (way) => {
    const question = questionOf(way, devices)
    arrived.push({ ...way, arrival: question && answers.get(keyOf(question)) })
  })
  return arrived
}

/** What is asked of a way: whether packets from the VTEP are taken by the device that has the address which they are sent to. */
interface Question {
  readonly from: string
  readonly to: string
  readonly device: Device
}

function questionOf(
  { path, remote }: Omit<Way, 'arrival'>,
  devices: ReadonlyMap<string, Device>,
): Question | undefined {
  // Of a route from a stated address the kernel names no address of its own.
  const to = path.source ?? remote.query?.src
  const device = to === undefined ? undefined : devices.get(to)
  return to === undefined || device === undefined || !path.isResolved || device.name === path.dev
    ? undefined
    : { from: remote.address, to, device }
}

function keyOf({ from, to, device }: Question): string {
  return `${from} ${to} ${device.index}`
}

interface Device {
  readonly index: number
  readonly name: string
}

async function arrivalOf(client: Pick<RtnetlinkClient, 'getRoute'>, { from, to, device }: Question): Promise<Arrival> {
  // The reverse-path filter of IPv6 is a rule of the packet filter, and not asked here.
  const isAccepted = familyOf(from) === 'IPv6' || (await isTaken(client, { dst: to, src: from, iif: device.index }))
  return { dev: device.name, isAccepted }
}

/** Whether a packet that comes in by a device is taken. Source: fib_validate_source(), net/ipv4/fib_frontend.c: EXDEV; since Linux 6.13 inet_rtm_getroute() says EINVAL of every packet that it would drop. */
export async function isTaken(
  client: Pick<RtnetlinkClient, 'getRoute'>,
  query: Parameters<RtnetlinkClient['getRoute']>[0],
): Promise<boolean> {
  try {
    await client.getRoute(query)
    return true
  } catch (error) {
    if (error instanceof KernelError) {
      return error.code !== 'EXDEV' && error.code !== 'EINVAL'
    }
    throw error
  }
}

/** Devices by their addresses; an address that is reached by any device has none. */
function devicesByAddress({ addresses, links }: Observed): Map<string, Device> {
  const devices = new Map<string, Device>()
  for (const [index, table] of addresses) {
    const link = links.get(index)
    if (link === undefined) {
      continue
    }
    const isHolder = (link.flags & constants.IFF_LOOPBACK) !== 0 || holders.has(link.attributes.linkinfo?.kind)
    for (const each of isHolder ? [] : table.values()) {
      const address = localAddress(each)
      if (address !== undefined) {
        devices.set(address, { index, name: link.attributes.ifname ?? `${index}` })
      }
    }
  }
  return devices
}
