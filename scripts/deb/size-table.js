/** What the size of a package is made of. */

const parts = /** @type {const} */ ([
  ['Node.js runtime', /^usr\/lib\/vxagent\/bin\//],
  ['koffi with its native library', /^usr\/lib\/vxagent\/node_modules\//],
  ['vxagent, with the libraries bundled into it', /^usr\/lib\/vxagent\//],
  ['manual, licences, examples', /^usr\/share\//],
  ['unit, settings and the rest', /^/],
])

/**
 * One line a part, in megabytes as installed.
 * @param {import('./tree.js').Tree} tree
 */
export function sizeTable(tree) {
  const files = tree.files().filter(({ path }) => !path.startsWith('DEBIAN/'))
  const sums = new Map(parts.map(([name]) => [name, 0]))
  for (const { path, size } of files) {
    const [name] = parts.find(([, pattern]) => pattern.test(path)) ?? parts[0]
    sums.set(name, (sums.get(name) ?? 0) + size)
  }
  return [...sums].map(([name, size]) => `  ${(size / 1e6).toFixed(2).padStart(7)} MB  ${name}\n`).join('')
}
