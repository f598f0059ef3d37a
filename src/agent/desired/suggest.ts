/** What somebody may have meant by a word that is none of ours. */

/** Words of iproute2, VyOS, systemd-networkd, netplan and ifupdown2 for our keys; lower-case, without `-`, `_` and the prefix `vxlan`. */
const foreignKeys: ReadonlyMap<string, string> = new Map([
  ['vni', 'id'],
  ['mcastgrp', 'group'],
  ['multicast', 'group'],
  ['multicastgroup', 'group'],
  ['remoteip', 'remote'],
  ['svcnodeip', 'remote'],
  ['link', 'dev'],
  ['parent', 'dev'],
  ['physdev', 'dev'],
  ['device', 'dev'],
  ['underlay', 'dev'],
  ['interface', 'dev'],
  ['sourceinterface', 'dev'],
  ['localip', 'local'],
  ['localtunnelip', 'local'],
  ['source', 'local'],
  ['sourceaddress', 'local'],
  ['port', 'dstport'],
  ['udpport', 'dstport'],
  ['destinationport', 'dstport'],
  ['portrange', 'srcport'],
  ['sourceport', 'srcport'],
  ['hoplimit', 'ttl'],
  ['typeofservice', 'tos'],
  ['dsfield', 'tos'],
  ['donotfragment', 'df'],
  ['ipdonotfragment', 'df'],
  ['ageingtime', 'ageing'],
  ['agingtime', 'ageing'],
  ['aging', 'ageing'],
  ['fdbageingsec', 'ageing'],
  ['maclearning', 'learning'],
  ['limit', 'maxaddr'],
  ['maxaddress', 'maxaddr'],
  ['maximumfdbentries', 'maxaddr'],
  ['label', 'flowlabel'],
  ['arpproxy', 'proxy'],
  ['reducearpproxy', 'proxy'],
  ['neighborsuppress', 'proxy'],
  ['shortcircuit', 'rsc'],
  ['routeshortcircuit', 'rsc'],
  ['l2missnotification', 'l2miss'],
  ['l3missnotification', 'l3miss'],
  ['udpchecksum', 'udpcsum'],
  ['udp6zerochecksumtx', 'udp6zerocsumtx'],
  ['udp6zerochecksumrx', 'udp6zerocsumrx'],
  ['remotechecksumtx', 'remcsumtx'],
  ['remotechecksumrx', 'remcsumrx'],
  ['mtubytes', 'mtu'],
  ['macaddress', 'mac'],
  ['hwaddress', 'mac'],
  ['lladdr', 'mac'],
  ['ifalias', 'alias'],
  ['description', 'alias'],
  ['address', 'addresses'],
  ['ip', 'addresses'],
  ['ips', 'addresses'],
  ['enabled', 'up'],
  ['state', 'up'],
])

/** The one of our keys that was probably meant by `key`: another tool's word for it, or a slip of the finger. */
export function suggestKey(key: string, keys: readonly string[]): string | undefined {
  const bare = key.toLowerCase().replace(/[-_\s]/g, '')
  for (const word of [bare, bare.replace(/^vxlan/, '')]) {
    const known = keys.includes(word) ? word : foreignKeys.get(word)
    if (known !== undefined && keys.includes(known)) {
      return known
    }
  }
  return nearest(bare, keys)
}

/** The candidate that takes the fewest slips to turn into `word`, when these are few for its length: at most one in three characters. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.floor(Math.min(word.length, 20) / 3) + 1
  for (const candidate of candidates) {
    // Words of very different length cannot be near, and a hostile file may hold a very long one.
    const slips = Math.abs(word.length - candidate.length) < fewest ? countSlips(word, candidate) : fewest
    if (slips < fewest) {
      best = candidate
      fewest = slips
    }
  }
  return best
}

/** Characters inserted, left out, mistaken, or swapped with their neighbour (optimal string alignment distance). */
export function countSlips(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const substituted = at(last, column - 1) + (same ? 0 : 1)
      let slips = Math.min(at(last, column) + 1, at(current, column - 1) + 1, substituted)
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        slips = Math.min(slips, at(beforeLast, column - 2) + 1)
      }
      current.push(slips)
    }
    beforeLast = last
    last = current
  }
  return at(last, right.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] as number
}
