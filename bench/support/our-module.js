/** Parts of src that are not in dist as modules of their own. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles files of src into one module, since Node 20 does not run TypeScript. Gives its URL.
 * @param {string} name of the module, for its file
 * @param {readonly string[]} files relative to src; the module has all that they export
 * @returns {Promise<string>}
 */
export async function bundleOurs(name, files) {
  mkdirSync(`${root}/build`, { recursive: true })
  const outfile = `${root}/build/bench-${name}.mjs`
  await build({
    stdin: { contents: files.map((file) => `export * from './${file}'\n`).join(''), resolveDir: `${root}/src` },
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  })
  return pathToFileURL(outfile).href
}

/**
 * The same, imported.
 * @param {string} name
 * @param {readonly string[]} files
 */
export async function ourModule(name, files) {
  return import(await bundleOurs(name, files))
}
