/**
 * Writes the manual pages to a directory: `node scripts/man.js DIR [DATE]`. DATE (YYYY-MM-DD) is the one in the pages; without it that
 * of SOURCE_DATE_EPOCH, or else today.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const [directory, givenDate] = process.argv.slice(2)
if (directory === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(givenDate ?? '1970-01-01')) {
  process.stderr.write('usage: node scripts/man.js DIR [DATE]\n')
  process.exit(64)
}
const target = resolve(directory)
process.chdir(new URL('..', import.meta.url).pathname)

const { pages } = await load('scripts/man/pages.ts')
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
/** @param {string} name */
const example = (name) => readFileSync(`examples/${name}.yaml`, 'utf8')
/** @type {[string, ...string[]]} */
const texts = [example('story-ubuntu'), example('head-end-replication'), example('bridge')]
mkdirSync(target, { recursive: true })
for (const [name, text] of Object.entries(pages({ version, date: givenDate ?? dateOfBuild() }, texts))) {
  writeFileSync(join(target, name), text)
}

/**
 * Node 20 does not run TypeScript. The bundle lies within the package, where its imports are found.
 * @param {string} entry
 * @returns {Promise<typeof import('./man/pages.ts')>}
 */
async function load(entry) {
  mkdirSync('build', { recursive: true })
  const outdir = resolve(mkdtempSync('build/man-'))
  try {
    await build({
      entryPoints: [entry],
      outdir,
      bundle: true,
      // What a command needs only when it runs stays unread.
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outExtension: { '.js': '.mjs' },
      logLevel: 'warning',
    })
    return await import(pathToFileURL(join(outdir, 'pages.mjs')).href)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}

function dateOfBuild() {
  const epoch = process.env['SOURCE_DATE_EPOCH']
  return (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10)
}
