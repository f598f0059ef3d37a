/** The imports from room to room, as a table: a room's row says how often it imports from each room before it. */
import { traffic } from './order.js'
import { rooms } from './rooms.js'

const [begin, end] = ['<!-- rooms -->', '<!-- end of rooms -->']

/**
 * A page with the picture between its two marks.
 * @param {string} page
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {string}
 */
export function withPicture(page, imports) {
  const [before, after] = [page.indexOf(begin), page.indexOf(end)]
  if (before === -1 || after < before) {
    throw new Error(`the page has no ${begin} … ${end}`)
  }
  return `${page.slice(0, before + begin.length)}\n\n${picture(imports)}\n${page.slice(after)}`
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {string} Markdown
 */
export function picture(imports) {
  const counts = traffic(imports)
  const names = rooms.map(({ path }) => path.replace('agent/', ''))
  const rows = rooms.map(({ path: from, holds }, index) => {
    const below = rooms.flatMap(({ path: to }, other) => {
      const count = counts.get(`${from} ${to}`)
      return count === undefined ? [] : [`${names[other]} ${count}`]
    })
    return `| \`src/${from}\` | ${holds} | ${index === 0 ? '–' : below.join(', ')} |\n`
  })
  return `| room | what is in it | imports from |\n| --- | --- | --- |\n${rows.join('')}`
}
