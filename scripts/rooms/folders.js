/** The imports from folder to folder, whatever folders there are: for a checkout of a time before the rooms. */

/**
 * The folder that a file counts for: `src/agent/plan`, or `src/agent` for a file that lies beside the folders.
 * @param {string} path
 */
function folderOf(path) {
  return path.split('/').slice(0, -1).slice(0, 3).join('/')
}

/**
 * Folders, the folders that each imports from with the number of imports, and those among them that import from it in turn.
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {string} Markdown
 */
export function folderPicture(imports) {
  /** @type {Map<string, Map<string, number>>} */
  const counts = new Map()
  for (const [path, targets] of imports) {
    const from = folderOf(path)
    const row = counts.get(from) ?? new Map()
    counts.set(from, row)
    for (const to of targets.map(folderOf).filter((each) => each !== from)) {
      row.set(to, (row.get(to) ?? 0) + 1)
    }
  }
  const rows = [...counts]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([from, row]) => {
      const both = [...row.keys()].filter((to) => counts.get(to)?.has(from))
      const targets = [...row].map(([to, count]) => `${short(to)} ${count}`)
      return `| \`${from}\` | ${targets.join(', ')} | ${both.map(short).join(', ')} |\n`
    })
  return `| folder | imports from | and is imported by in turn |\n| --- | --- | --- |\n${rows.join('')}`
}

/** @param {string} folder */
function short(folder) {
  return folder.replace('src/agent/', '').replace(/^src\//, '')
}
