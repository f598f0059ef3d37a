/** Which VyOS wrote a configuration, and the defaults that its unstated settings have. */

/** What VyOS sets on a vxlan unless the configuration states something else. */
export interface VxlanDefaults {
  readonly dstport: number
  readonly ttl: number
  /** Bytes; undefined where it is not known: vxagent then derives the MTU from the underlay. */
  readonly mtu: number | undefined
}

/** What the trailer of a config.boot says. VyOS goes by the versions of its components, and a release may have had several. */
export interface Origin {
  /**
   * N of `interfaces@N`, the version of the syntax under `interfaces`; 0 where a trailer has no such component, as VyOS reads it.
   * undefined without a trailer.
   */
  readonly interfacesVersion?: number
  /** As written: `1.4.0`, `1.5-rolling-202406010020`, `2026.07.01-0021-rolling`. */
  readonly release?: string
}

/** The first version in which an unstated port is 4789 and an unstated MTU 1500 (T5671, T5759). Source: interfaces/31-to-32 in vyos-1x. */
export const versionOfRecentDefaults = 32

/** Reads both forms of the trailer: `// vyos-config-version: "…"` and `/* === vyatta-config-version: "…" === *\/`. The last ones count. */
export function originOf(text: string): Origin {
  const components = /^[ \t]*(?:\/\/|\/\*)[ =]*(?:vyos|vyatta)-config-version:\s*"([^"\n]*)"/gim
  const releases = /^[ \t]*(?:\/\/|\/\*)[ =]*Release version:\s*(?:VyOS\s+)?v?(\d+\.\d+[\w.-]*)/gim
  const versions = lastOf(text, components)
  const release = lastOf(text, releases)
  return {
    ...(versions === undefined ? {} : { interfacesVersion: interfacesVersionIn(versions) }),
    ...(release === undefined ? {} : { release }),
  }
}

/** The text that the first group of the last match has. */
function lastOf(text: string, pattern: RegExp): string | undefined {
  return [...text.matchAll(pattern)].at(-1)?.[1]
}

function interfacesVersionIn(components: string): number {
  const [, version = '0'] = /(?:^|:)interfaces@(\d+)(?::|$)/.exec(components) ?? []
  return Number(version)
}

/** Port and MTU follow the version of the syntax, and only without one the release; the TTL follows the release. */
export function defaultsOf({ interfacesVersion, release }: Origin): VxlanDefaults {
  const ttl = release !== undefined && hasLongerTtl(release) ? 64 : 16
  if (interfacesVersion === undefined && release === undefined) {
    return { dstport: 4789, ttl, mtu: undefined }
  }
  const isRecent =
    interfacesVersion === undefined ? !isUpTo13(release ?? '') : interfacesVersion >= versionOfRecentDefaults
  return isRecent ? { dstport: 4789, ttl, mtu: 1500 } : { dstport: 8472, ttl, mtu: 1450 }
}

/** Rolling releases, which are numbered by year and month, since April 2026 (T8222). */
function hasLongerTtl(release: string): boolean {
  const [year, month] = numbersOf(release)
  return year > 2026 || (year === 2026 && month >= 4)
}

function isUpTo13(release: string): boolean {
  const [major, minor] = numbersOf(release)
  return major === 1 && minor <= 3
}

function numbersOf(release: string): [number, number] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  return [major, minor]
}
