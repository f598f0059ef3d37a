/**
 * `npm run hostile -- [WORDS]`: hostile desired-state files, those whose name has WORDS in it, before `vxagent validate` and a daemon in
 * a network namespace. Prints a table. Needs root.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

process.chdir(new URL('..', import.meta.url).pathname)
// Node 20 does not run TypeScript. As deep as the build, which is found from there.
mkdirSync('build', { recursive: true })
const outdir = resolve(mkdtempSync('build/hostile-'))
try {
  const entryPoints = ['integration/support/hostile/main.ts']
  await build({ entryPoints, outdir, bundle: true, packages: 'external', format: 'esm', platform: 'node' })
  await import(pathToFileURL(`${outdir}/main.js`).href)
} finally {
  rmSync(outdir, { recursive: true, force: true })
}
