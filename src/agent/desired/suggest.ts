/** What somebody may have meant by a word that is none of ours. */

/**
 * Words of iproute2, VyOS, systemd-networkd, netplan and ifupdown2 for our keys; lower-case, without `-`, `_` and the prefixes
 * `vxlan` and `bridge`. A word that means several things has them all: the first that is a key of the place counts.
 */
const foreignKeys: ReadonlyMap<string, readonly string[]> = new Map([
  // A vxlan
  ['vni', ['id']],
  ['mcastgrp', ['group']],
  ['multicast', ['group']],
  ['multicastgroup', ['group']],
  ['remoteip', ['remote', 'dst']],
  ['svcnodeip', ['remote']],
  ['link', ['dev']],
  ['parent', ['dev']],
  ['physdev', ['dev']],
  ['device', ['dev', 'via']],
  ['underlay', ['dev']],
  ['interface', ['dev', 'via']],
  ['sourceinterface', ['dev']],
  ['localip', ['local']],
  ['localtunnelip', ['local']],
  ['source', ['local']],
  ['sourceaddress', ['local']],
  ['udpport', ['dstport', 'port']],
  ['destinationport', ['dstport', 'port']],
  ['dstport', ['dstport', 'port']],
  ['portrange', ['srcport']],
  ['sourceport', ['srcport']],
  ['hoplimit', ['ttl', 'hop_limit']],
  ['typeofservice', ['tos']],
  ['dsfield', ['tos']],
  ['donotfragment', ['df']],
  ['ipdonotfragment', ['df']],
  ['ageingtime', ['ageing_time', 'ageing']],
  ['agingtime', ['ageing_time', 'ageing']],
  ['aging', ['ageing', 'ageing_time']],
  ['ageing', ['ageing', 'ageing_time']],
  ['ageingtimesec', ['ageing_time']],
  ['fdbageingsec', ['ageing']],
  ['maclearning', ['learning']],
  ['limit', ['maxaddr']],
  ['maxaddress', ['maxaddr']],
  ['maximumfdbentries', ['maxaddr']],
  ['label', ['flowlabel']],
  ['arpproxy', ['proxy']],
  ['reducearpproxy', ['proxy']],
  ['shortcircuit', ['rsc']],
  ['routeshortcircuit', ['rsc']],
  ['l2missnotification', ['l2miss']],
  ['l3missnotification', ['l3miss']],
  ['udpchecksum', ['udpcsum']],
  ['udp6zerochecksumtx', ['udp6zerocsumtx']],
  ['udp6zerochecksumrx', ['udp6zerocsumrx']],
  ['remotechecksumtx', ['remcsumtx']],
  ['remotechecksumrx', ['remcsumrx']],
  ['grouppolicyextension', ['gbp']],
  ['grouppolicy', ['gbp']],
  ['genericprotocolextension', ['gpe']],
  ['genericprotocol', ['gpe']],
  ['collectmetadata', ['external']],
  ['metadata', ['external']],
  ['vnifiltering', ['vnifilter']],
  ['remoteiplist', ['remotes']],
  // Links of any kind
  ['mtubytes', ['mtu']],
  ['macaddress', ['mac']],
  ['hwaddress', ['mac']],
  ['lladdr', ['mac']],
  ['linklayeraddress', ['mac']],
  ['ifalias', ['alias']],
  ['description', ['alias']],
  ['ip', ['ip', 'addresses', 'address']],
  ['address', ['addresses', 'ip', 'mac']],
  ['ips', ['addresses']],
  ['enabled', ['up']],
  ['state', ['up']],
  ['disable', ['up']],
  ['activationmode', ['up']],
  ['activationpolicy', ['up']],
  ['acceptra', ['accept_ra', 'sysctl']],
  ['ipv6acceptra', ['accept_ra', 'sysctl']],
  ['txqueuelen', ['txqlen']],
  ['transmitqueuelength', ['txqlen']],
  ['ipv6linklocaladdressgenerationmode', ['addrgenmode']],
  ['ipv6addressgeneration', ['addrgenmode']],
  ['altname', ['altnames']],
  ['alternativename', ['altnames']],
  ['vrf', ['master']],
  ['bridge', ['master']],
  ['neighbors', ['neighbours']],
  ['neighbor', ['neighbours']],
  ['neighbour', ['neighbours']],
  // A bridge
  ['vlanfiltering', ['vlan_filtering']],
  ['enablevlan', ['vlan_filtering']],
  ['vlanaware', ['vlan_filtering']],
  ['vlanprotocol', ['vlan_protocol']],
  ['protocol', ['vlan_protocol']],
  ['defaultpvid', ['vlan_default_pvid']],
  ['stpstate', ['stp']],
  ['forwarddelaysec', ['forward_delay']],
  ['forwardingdelay', ['forward_delay']],
  ['fd', ['forward_delay']],
  ['hello', ['hello_time']],
  ['hellotimesec', ['hello_time']],
  ['maxagesec', ['max_age']],
  ['maxage', ['max_age']],
  ['mcsnoop', ['mcast_snooping']],
  ['multicastsnooping', ['mcast_snooping']],
  ['igmpsnooping', ['mcast_snooping']],
  ['mcquerier', ['mcast_querier']],
  ['multicastquerier', ['mcast_querier']],
  ['igmpquerier', ['mcast_querier']],
  ['groupforwardmask', ['group_fwd_mask']],
  ['interfaces', ['ports']],
  ['member', ['ports']],
  ['slaves', ['ports']],
  ['vids', ['vlans']],
  ['vif', ['vlans']],
  ['vlan', ['vlans', 'vid']],
  // A port of a bridge
  ['neighborsuppress', ['neigh_suppress']],
  ['neighborsuppression', ['neigh_suppress']],
  ['neighbourssuppress', ['neigh_suppress']],
  ['arpndsuppress', ['neigh_suppress']],
  ['portmaclearning', ['learning']],
  ['unicastflood', ['flood']],
  ['multicastflood', ['mcast_flood']],
  ['broadcastflood', ['bcast_flood']],
  ['hairpinmode', ['hairpin']],
  ['usebpdu', ['guard']],
  ['bpduguard', ['guard']],
  ['rootguard', ['root_block']],
  ['allowporttoberoot', ['root_block']],
  ['portcost', ['cost']],
  ['pathcost', ['cost']],
  ['pathcosts', ['cost']],
  ['portprio', ['priority']],
  ['portpriority', ['priority']],
  ['prio', ['priority']],
  ['vlantovni', ['vlan_to_vni']],
  ['vlanvnimap', ['vlan_to_vni']],
  ['tunnelinfo', ['vlan_to_vni']],
  ['tunnelid', ['vni']],
  // An address, an entry of the forwarding table
  ['addresses', ['address']],
  ['ipv6privacy', ['mngtmpaddr']],
  ['preferredlifetime', ['preferred_lft']],
  ['validlifetime', ['valid_lft']],
  ['lifetime', ['preferred_lft']],
  ['duplicateaddressdetection', ['nodad']],
  ['addprefixroute', ['noprefixroute']],
  ['managetemporaryaddress', ['mngtmpaddr']],
  ['homeaddress', ['home']],
  ['routemetric', ['metric']],
  ['brd', ['broadcast']],
  ['destination', ['dst', 'ip']],
  ['dst', ['ip']],
  ['remote', ['dst']],
  ['outgoinginterface', ['via']],
  ['nexthop', ['nhid']],
  ['externlearn', ['extern_learn']],
  ['srcvni', ['src_vni']],
  // The fleet: words of etcd, flannel and calico
  ['fleet', ['name']],
  ['fleetname', ['name']],
  ['clustername', ['name']],
  ['endpoint', ['endpoints']],
  ['servers', ['endpoints']],
  ['etcdendpoints', ['endpoints']],
  ['id', ['node']],
  ['nodeid', ['node']],
  ['nodename', ['node']],
  ['hostname', ['node']],
  ['cacert', ['ca']],
  ['cafile', ['ca']],
  ['etcdcafile', ['ca']],
  ['trustedcafile', ['ca']],
  ['certfile', ['cert']],
  ['etcdcertfile', ['cert']],
  ['certificate', ['cert']],
  ['keyfile', ['key']],
  ['etcdkeyfile', ['key']],
  ['publicip', ['advertise']],
  ['advertiseaddress', ['advertise']],
  ['ttl', ['lease']],
  ['leasettl', ['lease']],
  ['graceperiod', ['grace']],
  ['insecuretransport', ['insecure']],
  ['untag', ['untagged']],
  ['egressuntagged', ['untagged']],
])

/** No word of any tool is longer; a key of a hostile file may be megabytes long. */
const longestWord = 100

/** The one of our keys that was probably meant by `key`: another tool's word for it, or a slip of the finger. */
export function suggestKey(key: string, keys: readonly string[]): string | undefined {
  if (key.length > longestWord) {
    return undefined
  }
  return foreignKey(key, keys) ?? nearest(bareWord(key), keys)
}

/** The one of our keys that another tool's users call `key`. */
export function foreignKey(key: string, keys: readonly string[]): string | undefined {
  if (key.length > longestWord) {
    return undefined
  }
  const bare = bareWord(key)
  // Our own words have underscores in them.
  const own = new Map(keys.map((each) => [bareWord(each), each]))
  for (const word of [bare, bare.replace(/^(vxlan|bridge)/, '')]) {
    const known = own.get(word) ?? foreignKeys.get(word)?.find((each) => keys.includes(each))
    if (known !== undefined) {
      return known
    }
  }
  return undefined
}

function bareWord(key: string): string {
  return key.toLowerCase().replace(/[-_\s]/g, '')
}

/**
 * The candidate that takes the fewest slips to turn into `word`, when these are few for its length: at most one in three characters. Of several
 * one as long as the word: letters are swapped more often than left out.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.floor(Math.min(word.length, 20) / 3) + 1
  for (const candidate of candidates) {
    // Words of very different length cannot be near, and a hostile file may hold a very long one.
    const slips = Math.abs(word.length - candidate.length) < fewest ? countSlips(word, candidate) : fewest + 1
    const isAsLong = slips === fewest && best?.length !== word.length && candidate.length === word.length
    if (slips < fewest || (best !== undefined && isAsLong)) {
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
