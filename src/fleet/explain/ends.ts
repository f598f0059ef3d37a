/** Which host and place is meant by a node, a MAC or an IP address: from the records where they say so, else the members are asked. */
import { isIP } from 'node:net'
import type { Place } from '../../agent/answers/arrival.ts'
import { countOf, someOf } from '../../agent/facts/count-of.ts'
import { AmbiguousQuestion } from '../../agent/insight/explain/departure-point.ts'
import { questionOf } from '../../agent/publish/api/explain-query.ts'
import { whereisKind } from '../records/explain-questions.ts'
import { isNodeId } from '../records/keys.ts'
import type { NodeRecord, PublishedVtep } from '../records/node-record.ts'
import type { End } from './answer.ts'
import type { FleetEyes } from './eyes.ts'

/** As many members are asked for an address that no record has, and so many at the same time. */
const mostAsked = 256
const atOnce = 32

/** Ends that may be meant; none where the address is nowhere. */
export async function endsFor(asked: string, vni: number | undefined, eyes: FleetEyes): Promise<End[]> {
  if (eyes.records.has(asked)) {
    return await hostItself(asked, asked, vni, eyes)
  }
  const { target, isMac } = addressIn(asked)
  const holders = [...eyes.records].filter(([, record]) => ofVni(record, vni).some((vtep) => isOf(vtep, target, isMac)))
  if (holders.length === 0) {
    return await soughtAmong(asked, { target, isMac, vni }, eyes)
  }
  const isVtep = !isMac && holders.some(([, { vteps }]) => vteps.some((vtep) => isVtepAddress(vtep, target)))
  const ends = await Promise.all(
    holders.map(([node]) =>
      isVtep ? hostItself(asked, node, vni, eyes) : placesOn(node, { asked, target, isMac, vni }, eyes),
    ),
  )
  return ends.flat()
}

/** Throws AmbiguousQuestion. */
function addressIn(asked: string): Pick<Sought, 'target' | 'isMac'> {
  if (isNodeId(asked) && !/[.:]/.test(asked)) {
    throw new AmbiguousQuestion(
      `there is no host ${asked} in the fleet, and it is no address either; vxagent fleet nodes shows the hosts that there are`,
    )
  }
  return questionOf({ to: asked })
}

function ofVni({ vteps }: NodeRecord, vni: number | undefined): readonly PublishedVtep[] {
  return vteps.filter((vtep) => vni === undefined || vtep.vni === vni)
}

function isOf(vtep: PublishedVtep, target: string, isMac: boolean): boolean {
  return isMac
    ? vtep.mac === target
    : isVtepAddress(vtep, target) || vtep.addresses.some((each) => each.split('/')[0] === target)
}

function isVtepAddress({ local, advertise }: PublishedVtep, target: string): boolean {
  return local === target || advertise === target
}

/** A host: where it takes part in its VNIs. One that has nothing of the VNI is an end all the same. */
async function hostItself(asked: string, node: string, vni: number | undefined, eyes: FleetEyes): Promise<End[]> {
  const told = await eyes.ask(node, whereisKind, { ...(vni !== undefined && { vni }) })
  if ('noAnswer' in told) {
    return ofRecord(node, { asked, vni, unconfirmed: told.noAnswer.message }, eyes)
  }
  const byVni = new Map<number, Place>()
  for (const place of told.answer.places) {
    // The first one has addresses, if any has.
    byVni.set(place.vni, byVni.get(place.vni) ?? place)
  }
  const ends = Array.from(byVni.values(), (place): End => ({ asked, node, place, ...ipOf(place) }))
  return ends.length > 0 ? ends : [{ asked, node }]
}

/** An address that the record of a host has. */
async function placesOn(
  node: string,
  { asked, target, isMac, vni }: Sought & { readonly asked: string },
  eyes: FleetEyes,
): Promise<End[]> {
  const told = await eyes.ask(node, whereisKind, { address: target, ...(vni !== undefined && { vni }) })
  if ('noAnswer' in told) {
    return ofRecord(node, { asked, vni, unconfirmed: told.noAnswer.message, ...(!isMac && { ip: target }) }, eyes)
  }
  const ends = told.answer.places.map(
    (place): End => ({ asked, node, place, ...(isMac ? ipOf(place) : { ip: target }) }),
  )
  return ends.length > 0 ? ends : [{ asked, node, ...(!isMac && { ip: target }) }]
}

/** What the record of a host says of itself, where its agent could not be asked. */
function ofRecord(
  node: string,
  { asked, vni, unconfirmed, ip }: { asked: string; vni: number | undefined; unconfirmed: string; ip?: string },
  { records }: FleetEyes,
): End[] {
  const record = records.get(node)
  const vteps = record === undefined ? [] : ofVni(record, vni)
  const ends = vteps.map((vtep): End => {
    const addresses = vtep.addresses.map((each) => each.split('/')[0] ?? each)
    const place: Place = {
      ...{ kind: 'own', vni: vtep.vni, vxlan: vtep.link, dev: vtep.link, mac: vtep.mac, addresses },
    }
    return { asked, node, place, unconfirmed, ...(ip === undefined ? ipOf(place) : { ip }) }
  })
  return ends.length > 0 ? ends : [{ asked, node, unconfirmed, ...(ip !== undefined && { ip }) }]
}

interface Sought {
  readonly target: string
  readonly isMac: boolean
  readonly vni: number | undefined
}

/** Asks the members, this host first, who has the address on its own side. */
async function soughtAmong(asked: string, { target, isMac, vni }: Sought, eyes: FleetEyes): Promise<End[]> {
  const members = [...eyes.records]
    .filter(([, record]) => ofVni(record, vni).length > 0)
    .map(([node]) => node)
    .sort((one, other) => Number(other === eyes.self) - Number(one === eyes.self))
  const found: End[] = []
  const silent: string[] = []
  for (let start = 0; start < Math.min(members.length, mostAsked) && found.length === 0; start += atOnce) {
    const group = members.slice(start, Math.min(start + atOnce, mostAsked))
    const told = await Promise.all(
      group.map(async (node) => ({
        node,
        told: await eyes.ask(node, whereisKind, { address: target, ...(vni !== undefined && { vni }) }),
      })),
    )
    for (const each of told) {
      if ('noAnswer' in each.told) {
        silent.push(each.node)
      } else {
        found.push(
          ...each.told.answer.places.map((place): End => {
            return { asked, node: each.node, place, ...(isMac ? ipOf(place) : { ip: target }) }
          }),
        )
      }
    }
  }
  if (found.length === 0) {
    const where = vni === undefined ? '' : ` of VNI ${vni}`
    const others = [
      ...(silent.length > 0 ? [`${someOf(silent)} did not answer`] : []),
      ...(members.length > mostAsked ? [`${members.length - mostAsked} more were not asked`] : []),
    ]
    const rest = others.length === 0 ? '' : ` (${others.join('; ')})`
    const remedy =
      isIP(target) === 0
        ? ''
        : '; ask by its MAC address: a bridge that has no address in the segment does not know IP addresses'
    throw new AmbiguousQuestion(
      `none of ${countOf(Math.min(members.length, mostAsked), 'member')}${where} has ${asked} as an address of its own, or behind a port${rest}${remedy}`,
    )
  }
  return found
}

function ipOf({ addresses: [ip] }: Place): { readonly ip?: string } {
  return ip === undefined ? {} : { ip }
}
