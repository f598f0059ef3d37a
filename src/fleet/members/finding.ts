/** What a look at the fleet found, and what to do about it. */
import type { FleetSeverity } from '../../agent/answers/fleet.ts'

/** Every kind of finding, and what it is about. */
export const findingCodes = {
  'duplicate-vtep': 'two hosts claim one VTEP address',
  'duplicate-node': 'two hosts have one id',
  'duplicate-mac': 'two hosts have one MAC address in a VNI',
  'duplicate-address': 'two hosts have one overlay address in a VNI',
  'not-on-roster': 'a host claims what the roster does not give it',
  evicted: 'an operator has put this host out of the fleet',
  'bad-record': 'a record in the store cannot be read',
  'bad-roster': 'a roster entry in the store cannot be read',
  'other-port': 'members of a VNI listen on different UDP ports',
  'other-mtu': 'members of a VNI have links of different MTU',
  'mtu-too-large': 'a link is larger than the underlay of a member lets through',
  'no-common-family': 'members of a VNI have no address family in common',
  'other-extension': 'members of a VNI disagree about GBP or GPE',
  'other-learning': 'members of a VNI disagree about learning',
  'group-and-head-end': 'some members of a VNI flood to a multicast group, others to each VTEP',
  'missing-entry': 'a member lacks the entry of another',
  'unexplained-entry': 'a flood entry that neither the store nor a file explains',
  'bad-macs': 'MAC addresses in the store cannot be read',
  'too-many-macs': 'more MAC addresses than may be',
  'too-many-members': 'a VNI has more members than a link may have destinations',
  gone: 'the record of a member is gone from the store',
  behind: 'a member is not up to date with the store',
  'not-live': 'a member does not hear the store',
  'no-state': 'a member does not say how far it is',
  certificate: 'a certificate ends soon, or has ended',
  'other-version': 'members run different versions',
  'push-not-applied': 'a host has not what was pushed to it',
  'push-stopped': 'a push was released to its first hosts only',
  'push-unknown': 'a host has a pushed file of which the store knows no such revision',
  store: 'the store is not well',
} as const

export type FindingCode = keyof typeof findingCodes

export interface FleetFinding {
  readonly code: FindingCode
  readonly severity: FleetSeverity
  /** What is so, and what to do. */
  readonly message: string
  /** The members it is about. */
  readonly nodes: readonly string[]
  readonly vni?: number
  /** What tells two findings of one code apart that name no hosts. */
  readonly subject?: string
}
