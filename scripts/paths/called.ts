/** Which source files had a function called since the last look, as V8 counts them. */
import { readFileSync } from 'node:fs'
import { type Profiler, Session } from 'node:inspector'
import { pathToFileURL } from 'node:url'

/** Counts calls in one bundle, whose modules stand one after the other, each below a comment with its path. */
export class CalledFiles {
  readonly #session = new Session()
  readonly #url: string
  readonly #modules: readonly { readonly path: string; readonly start: number }[]

  constructor(bundle: string) {
    this.#url = pathToFileURL(bundle).href
    const text = readFileSync(bundle, 'utf8')
    this.#modules = Array.from(text.matchAll(/^\/\/ (\S+\.ts)$/gm), ({ 1: path = '', index }) => ({
      path,
      start: index,
    }))
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  }

  /** Of `src/agent` and `src/rtnetlink`, by name; what is called from now on counts for the next time. */
  take(): string[] {
    const paths = new Set<string>()
    // The session is of this very thread, so that the answer is there when `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) {
        throw error
      }
      for (const path of this.#pathsIn(coverage)) {
        paths.add(path)
      }
    })
    return [...paths].filter((path) => /^src\/(agent|rtnetlink)\//.test(path)).sort()
  }

  *#pathsIn({ result }: Profiler.TakePreciseCoverageReturnType): Generator<string> {
    for (const { functions } of result.filter(({ url }) => url === this.#url)) {
      for (const { ranges } of functions) {
        const [{ startOffset, count } = { startOffset: 0, count: 0 }] = ranges
        const module = this.#modules.findLast(({ start }) => start < startOffset)
        if (count > 0 && module !== undefined) {
          yield module.path
        }
      }
    }
  }

  close(): void {
    this.#session.disconnect()
  }
}
