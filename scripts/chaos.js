/** Changes at random around a running daemon: `npm run chaos -- --help`. Node 20 does not run TypeScript, so it is bundled first. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

process.chdir(new URL('..', import.meta.url).pathname)
mkdirSync('build', { recursive: true })
// Within the package, where its imports are found.
const outdir = resolve(mkdtempSync('build/chaos-'))
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
await build({
  entryPoints: ['scripts/chaos/main.ts'],
  outdir,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The tests' support finds the build by its own place.
  define: { 'import.meta.dirname': JSON.stringify(resolve('integration/support')) },
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
})
await import(pathToFileURL(join(outdir, 'main.mjs')).href)
