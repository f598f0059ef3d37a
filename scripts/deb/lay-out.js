/** Which file of the project goes where on the host. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages, copyrightFile, packageIn } from './licences.js'
import { unpackNpmPackage } from './npm-package.js'
import { runTool } from './run-tool.js'
import { Tree } from './tree.js'

const cache = 'build/npm'
const home = 'usr/lib/vxagent'
const doc = 'usr/share/doc/vxagent'
/** What koffi loads when it runs; the rest of its package is what it is built from. */
const koffiFiles = /^(index|indirect|src\/koffi\/(index|indirect)|src\/koffi\/src\/static)\.(js|cjs)$/

/**
 * Lays the package out under `root`, control files among it.
 * @param {{ root: string, arch: import('./architecture.js').Architecture, version: string, epoch: number }} of
 */
export function layOut({ root, arch, version, epoch }) {
  const tree = new Tree(root)
  const node = unpackNpmPackage(arch.node, cache)
  const koffi = unpackNpmPackage(arch.koffi, cache)
  addProgram(tree, { arch, version, node, koffi })
  addService(tree)
  addDocumentation(tree, { version, epoch, node, koffi })
  addControl(tree, { arch, version })
  tree.settle(epoch)
  return tree
}

/**
 * @param {Tree} tree
 * @param {{ arch: import('./architecture.js').Architecture, version: string, node: string, koffi: string }} of
 */
function addProgram(tree, { arch, version, node, koffi }) {
  addStripped(`${node}/bin/node`, `${home}/bin/node`, 0o755)
  tree.copyFolder('dist/web', `${home}/dist/web`)
  tree.copyFolder('dist/cli', `${home}/dist/cli`, (path) => !path.endsWith('.LEGAL.txt'))
  const main = readFileSync('dist/cli/main.js', 'utf8').replace(/^#!.*\n/, `#!/${home}/bin/node\n`)
  tree.write(`${home}/dist/cli/main.js`, main, 0o755)
  tree.write(`${home}/package.json`, `${JSON.stringify({ name: 'vxagent', version, type: 'module' })}\n`)
  for (const path of readdirSync('node_modules/koffi', { recursive: true, encoding: 'utf8' })) {
    if (koffiFiles.test(path) || path === 'package.json') {
      tree.copy(`node_modules/koffi/${path}`, `${home}/node_modules/koffi/${path}`)
    }
  }
  const native = `${home}/node_modules/${arch.koffi.name}`
  for (const name of ['index.js', 'package.json']) {
    tree.copy(`${koffi}/${name}`, `${native}/${name}`)
  }
  addStripped(`${koffi}/${arch.library}`, `${native}/${arch.library}`, 0o644)
  tree.link(`../lib/vxagent/dist/cli/main.js`, 'usr/bin/vxagent')

  /**
   * @param {string} source
   * @param {string} path
   * @param {number} mode
   */
  function addStripped(source, path, mode) {
    tree.copy(source, path, mode)
    runTool(arch.strip, [
      '--strip-unneeded',
      '--remove-section=.comment',
      '--remove-section=.note',
      join(tree.root, path),
    ])
  }
}

/** @param {Tree} tree */
function addService(tree) {
  tree.copy('systemd/vxagent.service', 'usr/lib/systemd/system/vxagent.service')
  tree.copy('systemd/notify-reload.conf', `${home}/systemd/notify-reload.conf`)
  tree.copy('systemd/vxagent-fleet.service', 'usr/lib/systemd/system/vxagent-fleet.service')
  for (const name of ['fleet-credentials.conf', 'fleet-credentials-files.conf']) {
    tree.copy(`systemd/${name}`, `${home}/systemd/${name}`)
  }
  tree.copy('systemd/vxagent.sysusers', 'usr/lib/sysusers.d/vxagent.conf')
  tree.copy('systemd/vxagent.default', 'etc/default/vxagent')
  tree.write('usr/share/bash-completion/completions/vxagent', vxagent(['completion', 'bash']))
  tree.write('usr/share/zsh/vendor-completions/_vxagent', vxagent(['completion', 'zsh']))
}

/** @param {readonly string[]} args */
function vxagent(args) {
  return runTool(process.execPath, ['dist/cli/main.js', ...args])
}

/**
 * @param {Tree} tree
 * @param {{ version: string, epoch: number, node: string, koffi: string }} of
 */
function addDocumentation(tree, { version, epoch, node, koffi }) {
  const pages = 'build/man'
  runTool(process.execPath, ['scripts/man.js', pages], { env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) } })
  for (const page of readdirSync(pages)) {
    tree.writeCompressed(`usr/share/man/man${page.at(-1)}/${page}`, readFileSync(`${pages}/${page}`))
  }
  const changelog = readFileSync('systemd/debian/changelog', 'utf8').replace(/^vxagent \(.*?\)/, `vxagent (${version})`)
  tree.writeCompressed(`${doc}/changelog`, changelog)
  const parts = [
    { ...packageIn(node), name: 'Node.js' },
    packageIn('node_modules/koffi'),
    packageIn(koffi),
    ...bundledPackages(JSON.parse(readFileSync('dist/inputs.json', 'utf8'))),
  ]
  tree.write(`${doc}/copyright`, copyrightFile({ ours: readFileSync('LICENSE', 'utf8'), parts }))
  tree.copy('systemd/listen.conf', `${doc}/examples/listen.conf`)
  tree.copyFolder('examples', `${doc}/examples`, (path) => !path.endsWith('.test.yaml'))
  tree.copyFolder('systemd/vyos', 'usr/share/vxagent/vyos')
  tree.copy('systemd/debian/lintian-overrides', 'usr/share/lintian/overrides/vxagent')
}

/**
 * @param {Tree} tree
 * @param {{ arch: import('./architecture.js').Architecture, version: string }} of
 */
function addControl(tree, { arch, version }) {
  /** @type {Record<string, string | number>} */
  const words = { VERSION: version, ARCHITECTURE: arch.debian, INSTALLED_SIZE: tree.installedSize() }
  const control = readFileSync('systemd/debian/control', 'utf8').replace(/@([A-Z_]+)@/g, (_, word) =>
    String(words[word]),
  )
  const sums = tree
    .files()
    .filter(({ path }) => !path.startsWith('etc/'))
    .map(({ path }) => `${createHash('md5').update(tree.read(path)).digest('hex')}  ${path}\n`)
  for (const name of ['postinst', 'prerm', 'postrm']) {
    tree.copy(`systemd/debian/${name}`, `DEBIAN/${name}`, 0o755)
  }
  tree.copy('systemd/debian/triggers', 'DEBIAN/triggers')
  tree.write('DEBIAN/conffiles', '/etc/default/vxagent\n')
  tree.write('DEBIAN/md5sums', sums.join(''))
  tree.write('DEBIAN/control', control)
}
