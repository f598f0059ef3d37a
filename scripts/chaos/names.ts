/** What is there to be changed: names, addresses and entries, those of the desired files and those of other people. */

/** Links that files declare. */
export const vxlans = ['vx0', 'vx1', 'vx2', 'vx3', 'vx4'] as const
export const bridges = ['br0', 'br1'] as const
/** Links of other people that files declare as ports. */
export const declaredPorts = ['fp0', 'fp1', 'fp2'] as const

/** Links of other people that no file names. */
export const foreignBridges = ['fbr0', 'fbr1'] as const
export const foreignVxlans = ['fvx0', 'fvx1'] as const
export const foreignPorts = [...declaredPorts, 'fp3'] as const

export const underlays = ['eth1', 'eth2'] as const
export const underlayAddresses = { eth1: '10.0.2.1/24', eth2: '10.0.3.1/24' } as const

/** Names that are nobody's. */
export const spares = ['spare0', 'spare1', 'spare2'] as const

export const declared = [...vxlans, ...bridges]
export const foreign = [...foreignBridges, ...foreignVxlans, ...foreignPorts]

/** Addresses by host number: those of files, and one that only hands give. */
export const handAddresses = ['192.0.2.1/24', '192.0.2.2/24', '2001:db8:99::1/64']

/** Forwarding entries of files. */
export const declaredMacs = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03']
export const declaredRemotes = ['10.0.2.2', '10.0.2.3', '10.0.2.4', '10.0.3.5']

/** Forwarding entries that no file has. */
export const handMacs = ['02:00:00:00:99:01', '02:00:00:00:99:02', '02:00:00:00:99:03']
export const handRemotes = ['10.0.2.91', '10.0.2.92']
/** Groups that links are given by hand. */
export const handGroups = ['239.9.9.9', '239.9.9.8']

export const zeroMac = '00:00:00:00:00:00'
