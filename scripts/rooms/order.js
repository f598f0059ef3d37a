/** Whether imports keep the order of the rooms, and how many go from room to room. */
import { rooms } from './rooms.js'

/**
 * @param {string} file such as `src/agent/words/vlans.ts`
 * @returns {number} the place of its room in the order; -1 for a file in none
 */
export function roomOf(file) {
  return rooms.findIndex(({ path }) => file.startsWith(`src/${path}/`))
}

/**
 * What breaks the order, a sentence each.
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {string[]}
 */
export function violations(imports) {
  return [...imports].flatMap(([file, targets]) => {
    const from = roomOf(file)
    if (from === -1) {
      return [`${file} is in no room: see scripts/rooms/rooms.js`]
    }
    return targets
      .filter((target) => roomOf(target) > from)
      .map((target) => `${file} imports ${target}: ${rooms[from]?.path} comes before ${rooms[roomOf(target)]?.path}`)
  })
}

/**
 * How many imports go from each room to each other one.
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {Map<string, number>} by `from to`, paths of rooms
 */
export function traffic(imports) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [from, to] = [roomOf(file), roomOf(target)]
      if (from !== to && from !== -1 && to !== -1) {
        const key = `${rooms[from]?.path} ${rooms[to]?.path}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
  }
  return counts
}
