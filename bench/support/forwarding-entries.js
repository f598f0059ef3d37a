/** Forwarding entries by number: made-up MACs, spread over some VTEPs as an overlay's are. */

const vteps = 250

/**
 * The MAC of entry `number`.
 * @param {number} number below 2³²
 * @returns {string}
 */
export function macOf(number) {
  const octets = [24, 16, 8, 0].map((shift) => ((number >>> shift) & 0xff).toString(16).padStart(2, '0'))
  return `02:00:${octets.join(':')}`
}

/**
 * The VTEP of entry `number`.
 * @param {number} number
 * @returns {string}
 */
export function vtepOf(number) {
  return `192.0.2.${1 + (number % vteps)}`
}

/**
 * Entries `first` up to `first + count` of a link, for `bridge -batch -`.
 * @param {string} link
 * @param {number} count
 * @returns {string}
 */
export function bridgeBatch(link, count) {
  const lines = Array.from(
    { length: count },
    (_, number) => `fdb add ${macOf(number)} dev ${link} dst ${vtepOf(number)} self permanent\n`,
  )
  return lines.join('')
}
