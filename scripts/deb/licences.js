/** debian/copyright: ours, and the licence of everything that is in the bundle or beside it, word for word. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param {{ ours: string, parts: readonly { name: string, version: string, licence: string, directory: string }[] }} of
 * @returns {string}
 */
export function copyrightFile({ ours, parts }) {
  const sections = parts.map(({ name, version, licence, directory }) =>
    [`${name} ${version} (${licence})`, '', licenceText(directory).trimEnd()].join('\n'),
  )
  return [
    'vxagent',
    '',
    ours.trimEnd(),
    '',
    'This package holds works of others, under the licences that follow. On Debian systems, the texts of the Apache License 2.0',
    'and of the GNU licences that are named below are also in /usr/share/common-licenses.',
    '',
    ...sections.flatMap((section) => ['-'.repeat(72), section, '']),
  ].join('\n')
}

/** @param {string} directory */
function licenceText(directory) {
  const file = readdirSync(directory).find((name) => /^licen[cs]e(\.(txt|md))?$/i.test(name))
  return file === undefined ? `${licenceOfReadme(directory)}` : readFileSync(join(directory, file), 'utf8')
}

/** @param {string} directory */
function licenceOfReadme(directory) {
  const path = ['README.md', 'readme.md'].map((name) => join(directory, name)).find((each) => existsSync(each))
  const [, text] =
    /^#+ *licen[cs]e\s*\n([\s\S]*?)(?:\n#|$)/im.exec(path === undefined ? '' : readFileSync(path, 'utf8')) ?? []
  return text ?? 'The package has no licence text of its own; the licence is the one named above.'
}

/**
 * The npm packages of which files are in a bundle, each once, by name.
 * @param {readonly string[]} inputs paths of esbuild's metafile
 * @returns {readonly { name: string, version: string, licence: string, directory: string }[]}
 */
export function bundledPackages(inputs) {
  const directories = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  )
  return [...directories].map(packageIn).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * @param {string} directory of an npm package
 * @returns {{ name: string, version: string, licence: string, directory: string }}
 */
export function packageIn(directory) {
  const { name, version, license: licence } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  return { name, version, licence, directory }
}
