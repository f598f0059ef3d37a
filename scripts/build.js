/**
 * Builds `dist`: the library `vxagent/rtnetlink` as modules with their types, and the command line as one bundle, and the
 * page. Bundled, the
 * agent starts in half the time and takes a fifth less memory than from some 700 module files (docs/decisions/0005-bundle.md).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

process.chdir(new URL('..', import.meta.url).pathname)
// Built beside and put in place whole, so that a vxagent that is starting meanwhile finds all of its files.
const fresh = 'dist.new'
rmSync(fresh, { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh], {
  stdio: 'inherit',
})
/**
 * zod brings its messages in some sixty languages, of which English is used: without the others its chunk, which every process keeps in
 * memory, is half as large.
 */
const onlyEnglish = {
  name: 'only-english',
  /** @param {import('esbuild').PluginBuild} hooks */
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}
/**
 * string-width makes regular expressions of whole Unicode when it is loaded, which takes a third of the start of a command, and most commands
 * show ASCII: it is loaded with the first text that is not. yargs brings an older one for the same purpose, in whose place this one is.
 */
const widthOfAsciiAtOnce = {
  name: 'width-of-ascii-at-once',
  /** @param {import('esbuild').PluginBuild} hooks */
  setup({ onLoad, onResolve }) {
    const namespace = 'width-of-ascii-at-once'
    onResolve({ filter: /^string-width$/ }, ({ path, namespace: from }) =>
      from === namespace ? null : { path, namespace },
    )
    onLoad({ filter: /.*/, namespace }, () => ({
      contents: `export default (text, options) => (/^[\\x20-\\x7e]*$/.test(text) ? text.length : require('string-width').default(text, options))`,
      resolveDir: process.cwd(),
    }))
  },
}
const { metafile } = await build({
  entryPoints: {
    main: 'src/cli/main.ts',
    // What reads large files, in a thread of its own.
    'load-worker': 'src/agent/desired/load-worker.ts',
  },
  outdir: `${fresh}/cli`,
  bundle: true,
  // What one command needs does not slow down another's start.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // It loads files of its own.
  external: ['koffi'],
  // Some of the packages are CommonJS and call `require` for Node's own modules.
  banner: {
    js: "import{createRequire as vxagentCreateRequire}from'node:module';const require=vxagentCreateRequire(import.meta.url);",
  },
  // The text of a module stays in memory with it, and takes twice as much where a comment has a letter beyond Latin-1.
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  plugins: [onlyEnglish, widthOfAsciiAtOnce],
})
// Whose licences go with the bundle.
writeFileSync(`${fresh}/inputs.json`, JSON.stringify(Object.keys(metafile.inputs).toSorted()))
const [hostPage, fleetPage] = ['src/agent/publish/web/client', 'src/fleet/page/client']
await build({
  entryPoints: [
    ...['page.ts', 'search-worker.ts', 'page.css'].map((name) => `${hostPage}/${name}`),
    ...['fleet.ts', 'fleet.css'].map((name) => `${fleetPage}/${name}`),
  ],
  // Not below a folder for each page.
  entryNames: '[name]',
  outdir: `${fresh}/web`,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
})
for (const path of [`${hostPage}/page.html`, `${hostPage}/icon.svg`, `${fleetPage}/fleet.html`]) {
  copyFileSync(path, `${fresh}/web/${basename(path)}`)
}
chmodSync(`${fresh}/cli/main.js`, 0o755)
rmSync('dist.old', { recursive: true, force: true })
if (existsSync('dist')) {
  renameSync('dist', 'dist.old')
}
renameSync(fresh, 'dist')
rmSync('dist.old', { recursive: true, force: true })
