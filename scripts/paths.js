/**
 * How many source files the three paths of ARCHITECTURE.md pass through: those of which at least one function is called on the way.
 *
 *     node scripts/paths.js           the counts
 *     node scripts/paths.js --files   the files, too
 *
 * V8 counts calls, between two moments, in a bundle that has the file of each function in a comment; the kernel is the fake one of the
 * tests. Files that have types and constants alone are on no path. Each path is gone once before, so that nothing is loaded on the way.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

process.chdir(new URL('..', import.meta.url).pathname)
mkdirSync('build', { recursive: true })
// Within the package, where its imports are found.
const outdir = resolve(mkdtempSync('build/paths-'))
try {
  const outfile = join(outdir, 'main.mjs')
  await build({
    entryPoints: ['scripts/paths/main.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  /** @type {typeof import('./paths/main.ts')} */
  const { pathsOf } = await import(pathToFileURL(outfile).href)
  for (const { name, files } of await pathsOf(outfile)) {
    process.stdout.write(`${name}: ${files.length} files\n`)
    if (process.argv.includes('--files')) {
      process.stdout.write(files.map((file) => `  ${file}\n`).join(''))
    }
  }
} finally {
  rmSync(outdir, { recursive: true, force: true })
}
