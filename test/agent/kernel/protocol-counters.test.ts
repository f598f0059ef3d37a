/** The text of /proc/net → counters. */
import { describe, expect, test } from 'vitest'
import {
  parseProtocolCounters,
  readMldQueries,
  readProtocolCounters,
} from '../../../src/agent/kernel/protocol-counters.ts'

const snmp = `Ip: Forwarding DefaultTTL
Ip: 1 64
Icmp: InMsgs InErrors InCsumErrors InDestUnreachs
Icmp: 9 0 0 4
IcmpMsg: InType3
IcmpMsg: 4
Udp: InDatagrams NoPorts InErrors
Udp: 100 7 2
`
const netstat = `TcpExt: SyncookiesSent IPReversePathFilter
TcpExt: 0 12
IpExt: InNoRoutes
IpExt: 0
`
const snmp6 = `Ip6InReceives                   \t3
Icmp6InDestUnreachs             \t5
Icmp6InPktTooBigs               \t1
Udp6NoPorts                     \t8
Udp6InErrors                    \t6
`

const all = {
  reversePathDrops: 12,
  udpNoPorts: 7,
  udpErrors: 2,
  destinationsUnreachable: 4,
  udp6NoPorts: 8,
  udp6Errors: 6,
  destinationsUnreachable6: 5,
  packetsTooBig6: 1,
}

describe('parseProtocolCounters', () => {
  const parse = (files: Partial<Parameters<typeof parseProtocolCounters>[0]>) =>
    Object.fromEntries(parseProtocolCounters({ snmp: '', netstat: '', snmp6: '', ...files }))

  test.each([
    { what: 'all files', files: { snmp, netstat, snmp6 }, counters: all },
    { what: 'no files', files: {}, counters: {} },
    {
      what: 'no IPv6',
      files: { snmp, netstat },
      counters: { reversePathDrops: 12, udpNoPorts: 7, udpErrors: 2, destinationsUnreachable: 4 },
    },
    {
      what: 'errors that the host sent to itself',
      files: {
        snmp: 'Icmp: InDestUnreachs OutDestUnreachs\nIcmp: 45 43\n',
        snmp6: 'Icmp6InDestUnreachs 9\nIcmp6OutDestUnreachs 9\n',
      },
      counters: { destinationsUnreachable: 2, destinationsUnreachable6: 0 },
    },
    { what: 'a kernel without the counter', files: { netstat: 'TcpExt: SyncookiesSent\nTcpExt: 0\n' }, counters: {} },
    { what: 'an odd line before', files: { netstat: `# a comment\n\n${netstat}` }, counters: { reversePathDrops: 12 } },
    {
      what: 'names without values',
      files: { netstat: `TcpExt: A IPReversePathFilter\nIpExt: A\nIpExt: 0\n` },
      counters: {},
    },
    { what: 'fewer values than names', files: { netstat: 'TcpExt: A IPReversePathFilter\nTcpExt: 1\n' }, counters: {} },
    {
      what: 'a value that is no number',
      files: { netstat: 'TcpExt: IPReversePathFilter\nTcpExt: x\n', snmp6: 'Udp6NoPorts x\n' },
      counters: {},
    },
    { what: 'a cut file', files: { netstat: 'TcpExt: IPReversePathFilter' }, counters: {} },
  ])('$what', ({ files, counters }) => {
    expect(parse(files)).toEqual(counters)
  })
})

test('this host has some, and no device of this name any', () => {
  expect(readProtocolCounters().get('udpNoPorts')).toBeGreaterThanOrEqual(0)
  expect(readMldQueries('nosuchdevice')).toBeUndefined()
})
