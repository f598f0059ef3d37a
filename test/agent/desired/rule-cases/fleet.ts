/** Rules on the section of the fleet, and on vxlans whose remotes are its members. */
import { type RuleCase, vxlan } from './case.ts'

const endpoint = 'https://10.9.0.1:2379'
const fleet = (body: string): string => `fleet: {name: prod, ${body}}\n`
const member = (body: string): string => fleet(`endpoints: ["${endpoint}"]`) + vxlan(`id: 42, ${body}`)

export const fleetCases: readonly RuleCase[] = [
  {
    code: 'fleet-without-section',
    name: 'members of a fleet that no file states',
    wrong: vxlan('id: 42, dev: eth1, remotes: ‸fleet'),
    right: member('dev: eth1, remotes: fleet'),
  },
  {
    code: 'fleet-without-source',
    name: 'members for a vxlan without an address of its own',
    wrong: member('remotes: [10.0.9.9, ‸fleet]'),
    right: member('local: 10.0.2.1, remotes: [10.0.9.9, fleet]'),
  },
  {
    code: 'fleet-and-destination',
    name: 'members beside a group',
    wrong: member('dev: eth1, ‸group: 239.1.1.1, remotes: fleet'),
    right: member('dev: eth1, remotes: fleet'),
  },
  {
    code: 'fleet-and-destination',
    name: 'members beside a remote',
    wrong: member('dev: eth1, ‸remote: 10.0.2.9, remotes: fleet'),
    right: member('dev: eth1, remotes: [fleet, 10.0.2.9]'),
  },
  {
    code: 'fleet-and-external',
    name: 'members for a vxlan without an id',
    wrong: fleet(`endpoints: ["${endpoint}"]`) + vxlan('external: true, dev: eth1, remotes: ‸fleet'),
    right: member('dev: eth1, remotes: fleet'),
  },
  {
    code: 'remote-twice',
    name: 'the fleet twice',
    wrong: member('dev: eth1, remotes: [fleet, ‸fleet]'),
    right: member('dev: eth1, remotes: [fleet]'),
  },
  {
    code: 'fdb-twice',
    name: 'what is behind the members, twice',
    wrong: member('dev: eth1, learning: false, fdb: [fleet, ‸fleet]'),
    right: member('dev: eth1, learning: false, fdb: [fleet, {mac: 02:00:00:00:00:fe, dst: 10.0.2.9}]'),
  },
  {
    code: 'neighbour-twice',
    name: 'neighbours of the fleet, twice',
    wrong: member('dev: eth1, neighbours: [fleet, ‸fleet]'),
    right: member('dev: eth1, neighbours: [fleet, {ip: 10.0.1.9, mac: 02:00:00:00:00:fe}]'),
  },
  {
    code: 'fleet-without-section',
    name: 'what is behind the members of a fleet that no file states',
    wrong: vxlan('id: 42, dev: eth1, learning: false, fdb: ‸fleet'),
    right: member('dev: eth1, learning: false, fdb: fleet'),
  },
  {
    code: 'fleet-without-source',
    name: 'neighbours for a vxlan without an address of its own',
    wrong: member('neighbours: ‸fleet'),
    right: member('dev: eth1, neighbours: fleet'),
  },
  {
    code: 'fleet-and-learning',
    name: 'entries of the fleet beside learned ones',
    wrong: member('dev: eth1, fdb: ‸fleet'),
    right: member('dev: eth1, learning: false, fdb: fleet'),
  },
  {
    code: 'fleet-and-learning',
    name: 'the same where learning is stated',
    wrong: member('dev: eth1, ‸learning: true, fdb: fleet'),
    right: member('dev: eth1, learning: true, neighbours: fleet'),
  },
  {
    code: 'fleet-neighbours-unused',
    name: 'neighbours of the fleet in a bridge that nobody declares',
    wrong: member('dev: eth1, master: br0, neighbours: ‸fleet'),
    right: member('dev: eth1, master: br0, proxy: true, neighbours: fleet'),
  },
  {
    code: 'fleet-neighbours-unused',
    name: 'neighbours of the fleet behind a port that suppresses nothing',
    wrong: `${member('dev: eth1, master: br0, neighbours: ‸fleet')}bridges: {br0: {}}\n`,
    right: `${member('dev: eth1, master: br0, neighbours: fleet, port: {neigh_suppress: true}')}bridges: {br0: {}}\n`,
  },
  {
    code: 'fleet-neighbours-unused',
    name: 'neighbours of the fleet in a bridge with VLANs',
    wrong: `${member('dev: eth1, master: br0, neighbours: ‸fleet')}bridges: {br0: {vlan_filtering: true}}\n`,
    right: `${member('dev: eth1, master: br0, proxy: true, neighbours: fleet')}bridges: {br0: {vlan_filtering: true}}\n`,
  },
  {
    code: 'fleet-insecure',
    name: 'an endpoint without TLS that is another host',
    wrong: fleet('endpoints: ["http://127.0.0.1:2379", ‸"http://10.9.0.1:2379"]'),
    right: fleet('endpoints: ["http://127.0.0.1:2379", "http://[::1]:2379", "http://localhost"]'),
  },
  {
    code: 'fleet-insecure',
    name: 'the same without the word for it',
    wrong: fleet('endpoints: [‸"http://etcd.example:2379"], insecure: false'),
    right: fleet('endpoints: ["http://etcd.example:2379"], insecure: true'),
  },
  {
    code: 'cert-without-key',
    name: 'a certificate without its key',
    wrong: fleet(`endpoints: ["${endpoint}"], ‸cert: /etc/vxagent/node.crt`),
    right: fleet(`endpoints: ["${endpoint}"], cert: /etc/vxagent/node.crt, key: /etc/vxagent/node.key`),
  },
  {
    code: 'cert-without-key',
    name: 'a key without its certificate',
    wrong: fleet(`endpoints: ["${endpoint}"], ‸key: /etc/vxagent/node.key`),
    right: fleet(`endpoints: ["${endpoint}"], cert: /etc/vxagent/node.crt, key: /etc/vxagent/node.key`),
  },
  {
    code: 'no-effect',
    name: 'an authority for endpoints without TLS',
    wrong: fleet('endpoints: ["http://localhost:2379"], ‸ca: /etc/vxagent/ca.crt'),
    right: fleet('endpoints: ["http://localhost:2379", "https://10.9.0.1:2379"], ca: /etc/vxagent/ca.crt'),
  },
  {
    code: 'endpoint-twice',
    name: 'an endpoint in two ways of writing',
    wrong: fleet('endpoints: ["https://ETCD1:2379", ‸"https://etcd1:2379/"]'),
    right: fleet('endpoints: ["https://etcd1:2379", "https://etcd1:2381"]'),
  },
  {
    code: 'advertise-twice',
    name: 'two addresses of one family',
    wrong: fleet(`endpoints: ["${endpoint}"], advertise: [203.0.113.7, ‸203.0.113.8]`),
    right: fleet(`endpoints: ["${endpoint}"], advertise: [203.0.113.7, "2001:db8::7"]`),
  },
]
