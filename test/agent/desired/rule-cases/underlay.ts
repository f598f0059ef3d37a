/** Rules on a vxlan's way through the underlay that came with the keys beyond the first story; the others are in issues.test.ts. */
import { type RuleCase, vxlan } from './case.ts'

export const underlayCases: readonly RuleCase[] = [
  {
    code: 'labelpolicy-on-ipv4',
    name: 'a label policy over IPv4',
    wrong: vxlan('id: 1, ‸labelpolicy: inherit'),
    right: vxlan('id: 1, labelpolicy: inherit, local: "2001:db8::1"'),
  },
  {
    code: 'labelpolicy-on-ipv4',
    name: 'a label policy over IPv4 that is not the default',
    wrong: vxlan('external: true, ‸labelpolicy: inherit'),
    right: vxlan('id: 1, labelpolicy: fixed'),
  },
  {
    code: 'no-effect',
    name: 'df over IPv6',
    wrong: vxlan('id: 1, local: "2001:db8::1", ‸df: set'),
    right: vxlan('id: 1, local: "2001:db8::1", df: unset'),
  },
  {
    code: 'no-effect',
    name: 'the IPv4 checksum over IPv6',
    wrong: vxlan('id: 1, local: "2001:db8::1", ‸udpcsum: false'),
    right: vxlan('id: 1, local: 10.0.2.1, udpcsum: false'),
  },
  {
    code: 'no-effect',
    name: 'the IPv6 checksum over IPv4',
    wrong: vxlan('id: 1, ‸udp6zerocsumtx: true'),
    right: vxlan('external: true, udp6zerocsumtx: true'),
  },
  {
    code: 'no-effect',
    name: 'receiving without the IPv6 checksum over IPv4',
    wrong: vxlan('id: 1, ‸udp6zerocsumrx: true'),
    right: vxlan('id: 1, remote: "2001:db8::2", udp6zerocsumrx: true'),
  },
  {
    code: 'no-effect',
    name: 'a flow label that is inherited anyway',
    wrong: vxlan('id: 1, local: "2001:db8::1", labelpolicy: inherit, ‸flowlabel: 5'),
    right: vxlan('id: 1, local: "2001:db8::1", labelpolicy: fixed, flowlabel: 5'),
  },
  {
    code: 'no-effect',
    name: 'how remote checksums are taken when they are not',
    wrong: vxlan('id: 1, ‸remcsumnopartial: true'),
    right: vxlan('id: 1, remcsumnopartial: true, remcsumrx: true'),
  },
  {
    code: 'own-vtep',
    name: 'a remote that is local itself',
    wrong: vxlan('id: 1, local: 10.0.2.1, remote: ‸10.0.2.1'),
    right: vxlan('id: 1, local: 10.0.2.1, remote: 10.0.2.2'),
  },
  {
    code: 'own-vtep',
    name: 'a remote on the loopback, unless a program is meant',
    wrong: vxlan('id: 1, remote: ‸127.0.0.1'),
    right: vxlan('id: 1, remote: 127.0.0.1, localbypass: false'),
  },
  {
    code: 'own-vtep',
    name: 'one of remotes on the loopback',
    wrong: vxlan('id: 1, local: "2001:db8::1", remotes: ["2001:db8::2", ‸"::1"]'),
    right: vxlan('id: 1, local: "2001:db8::1", remotes: ["2001:db8::2", "2001:db8::1"]'),
  },
  {
    code: 'own-vtep',
    name: 'an entry that leads to the loopback',
    wrong: vxlan('id: 1, fdb: [{mac: 02:00:00:00:00:01, dst: ‸127.1.2.3}]'),
    right: vxlan('id: 1, fdb: [{mac: 02:00:00:00:00:01, dst: 128.1.2.3}]'),
  },
]
