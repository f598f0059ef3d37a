/** Which file imports which: read from the text, since the compiler says it only while it runs. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** `import … from '…'`, `export … from '…'`, `import('…')`, of files of the project. */
const specifier = /(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)'(\.{1,2}\/[^']+)'/gm

/**
 * @param {string} folder such as `src`
 * @returns {Map<string, string[]>} by file, the files that it imports; paths from the working directory
 */
export function readImports(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return new Map(
    files.sort().map((file) => {
      const path = join(folder, file)
      return [path, importsOf(path, readFileSync(path, 'utf8'))]
    }),
  )
}

/**
 * @param {string} path of the file
 * @param {string} text its content
 * @returns {string[]} the files that it imports, each once
 */
export function importsOf(path, text) {
  const found = Array.from(text.matchAll(specifier), ([, target]) => normalize(join(dirname(path), String(target))))
  return [...new Set(found)]
}
