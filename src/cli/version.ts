/** The version of this package. */
import { existsSync, readFileSync } from 'node:fs'

/** As package.json has it. */
export const version: string = (JSON.parse(readFileSync(packageJson(), 'utf8')) as { version: string }).version

/** The next one upwards: how deep this module lies depends on how the package was built. */
function packageJson(): URL {
  let url = new URL('package.json', import.meta.url)
  while (!existsSync(url) && url.pathname !== '/package.json') {
    url = new URL('../package.json', url)
  }
  return url
}
