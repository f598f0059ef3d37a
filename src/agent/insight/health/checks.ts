/** All checks, by the order of their reports. */
import { type HealthCheckCode, healthChecks } from '../../answers/health.ts'
import type { Check } from './check.ts'
import { drops, reversePathFilter, udpPorts } from './checks/counters.ts'
import { duplicateMac, staticEntry, staticNeighbour } from './checks/doubles.ts'
import { duplicateAddress } from './checks/duplicate-address.ts'
import { membership, membershipLimit, querier } from './checks/multicast.ts'
import { probe, probeSize } from './checks/probes.ts'
import { guestMtu, mtu, portMix } from './checks/settings.ts'
import { silence } from './checks/silence.ts'
import { underlayDevice } from './checks/underlay-device.ts'
import { localAddress, nextHop, route, wayIn } from './checks/ways.ts'

const byCode: Readonly<Record<HealthCheckCode, Check>> = {
  'underlay-device': underlayDevice,
  'local-address': localAddress,
  route,
  'next-hop': nextHop,
  'way-in': wayIn,
  membership,
  querier,
  'membership-limit': membershipLimit,
  silence,
  probe,
  'probe-size': probeSize,
  'reverse-path-filter': reversePathFilter,
  'udp-ports': udpPorts,
  drops,
  'port-mix': portMix,
  mtu,
  'guest-mtu': guestMtu,
  'duplicate-mac': duplicateMac,
  'static-entry': staticEntry,
  'static-neighbour': staticNeighbour,
  'duplicate-address': duplicateAddress,
}

export const checks: readonly Check[] = (Object.keys(healthChecks) as HealthCheckCode[]).map((code) => byCode[code])
