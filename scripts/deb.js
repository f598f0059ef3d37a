#!/usr/bin/env node
/**
 * Builds the Debian packages into `build/`: `vxagent_VERSION_ARCH.deb`, for amd64 and arm64 unless `--arch` names one of them. The same
 * input makes the same bytes. Usage: npm run deb [-- --arch amd64|arm64] [--quick] [--changed-version VERSION]
 * --quick compresses little, for tests; --changed-version is for tests of upgrades.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { architecture, architectureNames } from './deb/architecture.js'
import { layOut } from './deb/lay-out.js'
import { runTool } from './deb/run-tool.js'
import { sizeTable } from './deb/size-table.js'

process.chdir(new URL('..', import.meta.url).pathname)
const options = optionsOf(process.argv.slice(2))
const { version: packageVersion } = JSON.parse(readFileSync('package.json', 'utf8'))
const version = options['changed-version'] ?? packageVersion
const wanted = options.arch ?? architectureNames

// The newest entry of the changelog dates everything in the package.
const [, newest, date = ''] =
  /^vxagent \((.*?)\)[\s\S]*?^ -- .*> {2}(.*)$/m.exec(readFileSync('systemd/debian/changelog', 'utf8')) ?? []
if (newest !== packageVersion) {
  throw new Error(`systemd/debian/changelog ends with ${newest}, package.json says ${packageVersion}`)
}
const epoch = Date.parse(date) / 1000

for (const name of wanted) {
  const known = architectureNames.find((each) => each === name)
  if (known === undefined) {
    process.stderr.write(`deb: --arch takes ${architectureNames.join(' or ')}, not ${name}\n`)
    process.exit(64)
  }
  const root = `build/root-${name}`
  rmSync(root, { recursive: true, force: true })
  mkdirSync(`${root}/DEBIAN`, { recursive: true })
  const tree = layOut({ root, arch: architecture(known), version, epoch })
  mkdirSync(options.output, { recursive: true })
  const target = `${options.output}/vxagent_${version}_${name}.deb`
  const compression = options.quick ? ['-Zgzip', '-z1'] : ['-Zxz', '-z9']
  runTool('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, target], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  })
  process.stdout.write(`${target}: ${(statSync(target).size / 1e6).toFixed(1)} MB\n${sizeTable(tree)}`)
}

/** @param {string[]} args */
function optionsOf(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        arch: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        'changed-version': { type: 'string' },
        output: { type: 'string', default: 'build' },
      },
    })
    return values
  } catch (error) {
    process.stderr.write(`deb: ${/** @type {Error} */ (error).message}\nUsage: npm run deb [-- --arch amd64|arm64]\n`)
    process.exit(64)
  }
}
