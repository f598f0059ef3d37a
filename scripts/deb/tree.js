/** The files of the package, laid out as they will lie on the host. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { runTool } from './run-tool.js'

/** A folder that becomes a package's root. */
export class Tree {
  /** @param {string} root an empty folder */
  constructor(root) {
    this.root = root
  }

  /**
   * @param {string} path
   * @param {string | Buffer} content
   */
  write(path, content, mode = 0o644) {
    const target = this.#prepare(path)
    writeFileSync(target, content)
    chmodSync(target, mode)
  }

  /**
   * @param {string} source
   * @param {string} path
   */
  copy(source, path, mode = 0o644) {
    const target = this.#prepare(path)
    copyFileSync(source, target)
    chmodSync(target, mode)
  }

  /**
   * A folder and all that is in it.
   * @param {string} source
   * @param {string} path
   * @param {(source: string) => boolean} [isWanted]
   */
  copyFolder(source, path, isWanted = () => true) {
    cpSync(source, this.#prepare(path), { recursive: true, filter: isWanted })
  }

  /**
   * Documentation, compressed as Debian wants it. By gzip itself: what zlib makes differs from one Node to the next.
   * @param {string} path
   * @param {string | Buffer} content
   */
  writeCompressed(path, content) {
    this.write(`${path}.gz`, runTool('gzip', ['-9n'], { input: content }))
  }

  /**
   * @param {string} target
   * @param {string} path
   */
  link(target, path) {
    symlinkSync(target, this.#prepare(path))
  }

  /**
   * Gives all files one time, and folders and files modes that do not hang on who builds. Files that may be run stay so.
   * @param {number} epoch seconds
   */
  settle(epoch) {
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isSymbolicLink()) {
        const mayRun = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0
        chmodSync(path, mayRun ? 0o755 : 0o644)
      }
      lutimesSync(path, epoch, epoch)
    }
    chmodSync(this.root, 0o755)
    lutimesSync(this.root, epoch, epoch)
  }

  /** Of all files, in KiB, as Installed-Size wants it: each rounded up. */
  installedSize() {
    return this.files().reduce((sum, { size }) => sum + Math.ceil(size / 1024), 0)
  }

  /** Every file that is no folder and no link, by its path below the root. */
  files() {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const full = join(entry.parentPath, entry.name)
        return { path: full.slice(this.root.length + 1), size: statSync(full).size }
      })
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** @param {string} path */
  read(path) {
    return readFileSync(join(this.root, path))
  }

  /** @param {string} path */
  #prepare(path) {
    const target = join(this.root, path)
    mkdirSync(dirname(target), { recursive: true })
    return target
  }
}
