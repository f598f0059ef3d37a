/** The rooms of src, from the lowest to the highest: a file may import from its own room and from those before it. */

/**
 * @typedef {object} Room
 * @property {string} path a folder below src
 * @property {string} holds what is in it, in a sentence
 */

/** @type {readonly Room[]} */
export const rooms = [
  {
    path: 'rtnetlink',
    holds: 'The protocol: bytes, messages, the socket and the client. A library that knows nothing of vxagent.',
  },
  {
    path: 'agent/facts',
    holds: 'What is so whatever a file or a kernel says: of VXLAN, of IP addresses as text, of long work in steps.',
  },
  { path: 'agent/host', holds: 'The operating system: files, libc, clock, privileges, sysctls, the state directory.' },
  {
    path: 'agent/kernel',
    holds: 'The tables of the kernel as observed: dumped, followed by its notifications, and read.',
  },
  { path: 'agent/desired', holds: 'Desired-state files: text, schema, rules, and loading with positions.' },
  { path: 'agent/record', holds: 'The record of what vxagent made, which is written before it is made.' },
  { path: 'agent/words', holds: 'Translation between the words of a desired file and those of the kernel, both ways.' },
  { path: 'agent/answers', holds: 'What the agent says of itself and of the overlay: the types of its answers.' },
  {
    path: 'agent/fleet',
    holds: 'What the fleet process handed over: checked, kept, and put in the place of `fleet` in a desired state.',
  },
  {
    path: 'agent/reconcile',
    holds: 'From desired and observed to a plan, from the plan to requests, and again when something changes.',
  },
  {
    path: 'agent/trial',
    holds: 'Which state is in force: the files’, one on trial with its window, or the one before.',
  },
  { path: 'agent/insight', holds: 'What can be told of the overlay: events, explanations, tunnels, the underlay.' },
  {
    path: 'agent/convert',
    holds: 'Between desired files and other forms: import of other tools’ files, export of this host.',
  },
  { path: 'agent/publish', holds: 'Ways to see it: HTTP, the page, metrics, iproute2’s JSON, the state file.' },
  { path: 'agent/ask', holds: 'The client of the agent’s socket, for the command line.' },
  { path: 'agent/frr', holds: 'What FRR, beside vxagent, says of its EVPN routes: a client of its vty sockets.' },
  { path: 'agent/systemd', holds: 'The service’s side of systemd: readiness, status sentence, watchdog.' },
  { path: 'fleet/etcd', holds: 'The store of the fleet: a client of etcd, a mirror of a prefix, a keeper of a lease.' },
  {
    path: 'fleet/records',
    holds: 'What the fleet keeps in the store: keys and values, read as the words of a stranger.',
  },
  { path: 'fleet/members', holds: 'Who belongs to the fleet, what follows for this host, and what is wrong. Pure.' },
  { path: 'fleet/probe', holds: 'Probes of other members through the overlay: what is sent, answered, and found out.' },
  {
    path: 'fleet/explain',
    holds: 'A frame followed from host to host: which ends are meant, what each host says of it, where it dies.',
  },
  { path: 'fleet/operate', holds: 'What an operator does in the store: admits a host, puts it out, pushes a file.' },
  { path: 'fleet/run', holds: 'The fleet process: follows the store and the agent, and answers for the fleet.' },
  { path: 'fleet/page', holds: 'The page of the fleet: what it is told, and what the browser does with it.' },
  { path: 'agent/run', holds: 'Parts built and joined: the agent, one apply, one plan, one look.' },
  { path: 'cli', holds: 'The command line: parse, call, print.' },
]
