/** Whether the compiler refuses a changed source: then no test need notice. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { applyMutant, type Mutant } from './mutants.ts'

/** Checks a copy of the source, into which changes are made. */
export class TypeCheck {
  readonly #folder: string

  /** @param folder for the copy */
  constructor(folder: string) {
    this.#folder = folder
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    cpSync('src', join(folder, 'src'), { recursive: true })
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: resolve('tsconfig.json'),
        include: ['src'],
        exclude: ['src/agent/publish/web/client', 'src/fleet/page/client'],
      }),
    )
    if (!this.#compiles()) {
      throw new Error('the source does not compile as it is: npm run types says why')
    }
  }

  refuses(path: string, mutant: Mutant): boolean {
    const copy = join(this.#folder, path)
    const text = readFileSync(path, 'utf8')
    writeFileSync(copy, applyMutant(text, mutant))
    const isRefused = !this.#compiles()
    writeFileSync(copy, text)
    return isRefused
  }

  #compiles(): boolean {
    const { status } = spawnSync(process.execPath, ['node_modules/typescript/lib/tsc.js', '-p', this.#folder])
    return status === 0
  }
}
