/** The files of the page, as they were built, and the headers that keep them harmless. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the page. */
export interface WebAsset {
  /** Of the request: `/page.js`. */
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
}

const files = [
  ['/', 'page.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/search-worker.js', 'search-worker.js', 'text/javascript; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const

/** Nothing but the page's own files may be loaded, run or asked, and no other page may hold it. Source: CSP Level 3. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

let loaded: readonly WebAsset[] | undefined

/** The page's files, read once. Throws when they have not been built. */
export function webAssets(): readonly WebAsset[] {
  loaded ??= readAssets(files)
  return loaded
}

/** Files of a page: their paths in requests, their names and types. Throws when they have not been built. */
export function readAssets(
  of: readonly (readonly [path: string, name: string, contentType: string])[],
): readonly WebAsset[] {
  return of.map(([path, name, contentType]) => ({ path, contentType, body: readFileSync(join(directory(), name)) }))
}

/** `dist/web`, from wherever this module has been built to. */
function directory(): string {
  let above = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(above, 'dist/web/page.html')) && !existsSync(join(above, 'web/page.html'))) {
    if (above === '/') {
      throw new Error('the page has not been built: run npm run build')
    }
    above = dirname(above)
  }
  return existsSync(join(above, 'web/page.html')) ? join(above, 'web') : join(above, 'dist/web')
}
