/** `npm run mutation -- [FOLDER…]`: which changes of the source no unit test notices. Node 20 does not run TypeScript: bundled first. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

process.chdir(new URL('..', import.meta.url).pathname)
mkdirSync('build', { recursive: true })
// Within the package, where its imports are found.
const outdir = resolve(mkdtempSync('build/mutation-'))
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
await build({
  entryPoints: ['scripts/mutation/main.ts', 'scripts/mutation/runner.ts'],
  outdir,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
})
await import(pathToFileURL(`${outdir}/main.mjs`).href)
