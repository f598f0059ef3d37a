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
  /** The MAC addresses that hosts have behind them in one VNI, each on its host's lease. */
  macs(vni: number): string
  macChunk(vni: number, node: string, chunk: string): string
  record(node: string): string
  state(node: string): string
  rosterEntry(node: string): string
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
    macs: (vni) => `${all}macs/${vni}/`,
    macChunk: (vni, node, chunk) => `${all}macs/${vni}/${node}/${chunk}`,
    record: (node) => `${all}nodes/${node}/record`,
    state: (node) => `${all}state/${node}/record`,
    rosterEntry: (node) => `${all}roster/${node}`,
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
  const [node = '', leaf, ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
  return leaf === 'record' && more.length === 0 && isNodeId(node) ? node : undefined
}

/** The host, or `*`, that this roster entry is about; undefined for any other key. */
export function nodeOfRosterEntry(prefix: string, key: string): string | undefined {
  const node = key.startsWith(prefix) ? key.slice(prefix.length) : ''
  return node === anyNode || isNodeId(node) ? node : undefined
}
