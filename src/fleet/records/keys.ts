/**
 * Where in the store a fleet keeps what. The id of the host comes first below each prefix, and every leaf stands below a `/`, so that rights
 * by prefix give no host the keys of another: `a/` is no prefix of `ab/`.
 */

/** The keys of one fleet. */
export interface FleetKeys {
  /** All of them begin with this. */
  readonly all: string
  /** What each host says of itself, on its lease. */
  readonly nodes: string
  /** What each host has done, on its lease; read when somebody asks. */
  readonly states: string
  /** What operators say of hosts. */
  readonly roster: string
  /** Desired files that operators push, and what they ask hosts about them. */
  readonly config: string
  /** The MAC addresses that hosts have behind them in one VNI, each on its host's lease. */
  macs(vni: number): string
  macChunk(vni: number, node: string, chunk: string): string
  record(node: string): string
  state(node: string): string
  /** What a host has found out by probes, on its lease; read when somebody asks. */
  probes(node: string): string
  rosterEntry(node: string): string
  /** The last push of the file `name`. */
  push(name: string): string
  /** Held by the operator that is at it, on a lease. */
  pushSession(name: string): string
  /** All earlier pushes of it, or one of them. */
  pushHistory(name: string, revision?: number): string
  /** How pushed files stand on a host, in its own words, on its lease. */
  files(node: string): string
}

/** Name of the roster entry for all hosts that have none of their own: no host can have this id. */
export const anyNode = '*'

export function keysOf(fleet: string): FleetKeys {
  const all = `/vxagent/v1/${fleet}/`
  return {
    all,
    nodes: `${all}nodes/`,
    states: `${all}state/`,
    roster: `${all}roster/`,
    config: `${all}config/`,
    macs: (vni) => `${all}macs/${vni}/`,
    macChunk: (vni, node, chunk) => `${all}macs/${vni}/${node}/${chunk}`,
    record: (node) => `${all}nodes/${node}/record`,
    state: (node) => `${all}state/${node}/record`,
    probes: (node) => `${all}state/${node}/probes`,
    rosterEntry: (node) => `${all}roster/${node}`,
    push: (name) => `${all}config/${name}/file`,
    pushSession: (name) => `${all}config/${name}/session`,
    // Beside what hosts follow: they need no history.
    pushHistory: (name, revision) =>
      `${all}config-history/${name}/${revision === undefined ? '' : `${revision}`.padStart(10, '0')}`,
    files: (node) => `${all}state/${node}/files`,
  }
}

/** Prefixes that host `node` alone writes, `asks/` and `answers/` among them, which are for questions between hosts. */
export function ownPrefixes(fleet: string, node: string): string[] {
  return ['nodes', 'state', 'asks', 'answers'].map((part) => `${keysOf(fleet).all}${part}/${node}/`)
}

/** The prefix that host `node` alone writes for the MAC addresses of a VNI. */
export function ownMacPrefix(fleet: string, node: string, vni: number): string {
  return `${keysOf(fleet).macs(vni)}${node}/`
}

/** The VNI that a prefix of {@link ownMacPrefix} is for; undefined for any other prefix. */
export function vniOfMacPrefix(fleet: string, node: string, prefix: string): number | undefined {
  const [, vni] = /\/macs\/(\d{1,8})\//.exec(prefix) ?? []
  return vni !== undefined && prefix === ownMacPrefix(fleet, node, Number(vni)) ? Number(vni) : undefined
}

const chunkPattern = /^[0-9]{1,6}(?:\.[0-9]{1,3})?$/

/** The host, and which of its chunks, that a key below `prefix` is about; undefined for any other key. */
export function placeOfMacs(
  prefix: string,
  key: string,
): { readonly node: string; readonly chunk: string } | undefined {
  const [node = '', chunk = '', ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return more.length === 0 && isNodeId(node) && chunkPattern.test(chunk) ? { node, chunk } : undefined
}

const nodeIdPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

/** Whether a text can be the id of a host, or the name of a fleet: one part of a key, and safe to print. */
export function isNodeId(text: string): boolean {
  return nodeIdPattern.test(text)
}

/** The host whose record is at this key; undefined for any other key. */
export function nodeOfRecord(prefix: string, key: string): string | undefined {
  return nodeOfLeaf(prefix, key, 'record')
}

/** The host whose results of probes are at this key; undefined for any other key. */
export function nodeOfProbes(prefix: string, key: string): string | undefined {
  return nodeOfLeaf(prefix, key, 'probes')
}

function nodeOfLeaf(prefix: string, key: string, wanted: string): string | undefined {
  const [node = '', leaf, ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return leaf === wanted && more.length === 0 && isNodeId(node) ? node : undefined
}

/** The file, and whether its push or its session is at this key; undefined for any other key. */
export function pushOfKey(
  prefix: string,
  key: string,
): { readonly name: string; readonly what: 'file' | 'session' } | undefined {
  const [name = '', what, ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return more.length === 0 && isNodeId(name) && (what === 'file' || what === 'session') ? { name, what } : undefined
}

/** The host whose word on pushed files is at this key; undefined for any other key. */
export function nodeOfFiles(prefix: string, key: string): string | undefined {
  const [node = '', leaf, ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return leaf === 'files' && more.length === 0 && isNodeId(node) ? node : undefined
}

/** The host, or `*`, that this roster entry is about; undefined for any other key. */
export function nodeOfRosterEntry(prefix: string, key: string): string | undefined {
  const node = key.startsWith(prefix) ? key.slice(prefix.length) : ''
  return node === anyNode || isNodeId(node) ? node : undefined
}
