/** Simulated members of a fleet by number. */

/**
 * The id of member `number`.
 * @param {number} number
 * @returns {string}
 */
export function memberId(number) {
  return `sim${number}`
}

/**
 * The VTEP address of member `number`, which nobody has: 10.64.0.0 and up.
 * @param {number} number below 2²⁰
 * @returns {string}
 */
export function addressOfMember(number) {
  return `10.${64 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`
}

/**
 * What the fleet process hands over for `count` members of VNI 42.
 * @param {number} count
 * @param {number} revision
 */
export function handoverOf(count, revision) {
  const remotes = Array.from({ length: count }, (_, number) => ({
    dst: addressOfMember(number),
    node: memberId(number),
    state: 'present',
  }))
  return {
    ...{ v: 1, fleet: 'bench', node: 'real1', revision, mode: 'live', since: '2026-12-01T00:00:00Z' },
    ...{ members: count + 1, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: { vxlan0: { vni: 42, remotes } },
  }
}
