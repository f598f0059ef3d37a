/** The files of the page of the fleet, and beside it the page of this host, which is one click away. */
import { readAssets, type WebAsset, webAssets } from '../../agent/publish/web/assets.ts'

/** Where the page of this host is while the fleet has `/`. */
export const hostPath = '/host'

const files = [
  ['/', 'fleet.html', 'text/html; charset=utf-8'],
  ['/fleet.css', 'fleet.css', 'text/css; charset=utf-8'],
  ['/fleet.js', 'fleet.js', 'text/javascript; charset=utf-8'],
] as const

/** All of them. Throws when they have not been built. */
export function fleetAssets(): readonly WebAsset[] {
  const ofHost = webAssets().map((asset) => (asset.path === '/' ? { ...asset, path: hostPath } : asset))
  return [...readAssets(files), ...ofHost]
}
