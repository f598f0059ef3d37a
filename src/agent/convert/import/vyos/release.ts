/** Which VyOS a configuration is of, and what that VyOS does when it is not told otherwise. */

/** What a VyOS sets on a vxlan unless it is told something else. */
export interface VxlanDefaults {
  readonly dstport: number
  readonly ttl: number
  readonly mtu: number | undefined
}

/** A release, as the trailer of its config.boot has it. */
export interface Release {
  /** As written: `1.4.0`, `1.5-rolling-202406010020`, `2026.07.01-0021-rolling`. */
  readonly text: string
  readonly defaults: VxlanDefaults
}

/** VyOS up to 1.3. */
const old: VxlanDefaults = { dstport: 8472, ttl: 16, mtu: 1450 }
/** From 1.4: port by T5671, MTU by T5759. */
const recent: VxlanDefaults = { dstport: 4789, ttl: 16, mtu: 1500 }
/** Rolling releases from April 2026 on, by T8222. */
const newest: VxlanDefaults = { ...recent, ttl: 64 }

/** Without a release nobody can tell the MTU: it is left to follow the underlay. */
export const defaultsOfUnknown: VxlanDefaults = { ...recent, mtu: undefined }

/** The release that wrote the file, by its last line. */
export function releaseOf(text: string): Release | undefined {
  const [, release, major = '', minor = ''] = /Release version:\s*(?:VyOS\s+)?v?((\d+)\.(\d+)[\w.-]*)/i.exec(text) ?? []
  return release === undefined ? undefined : { text: release, defaults: defaultsOf(Number(major), Number(minor)) }
}

function defaultsOf(major: number, minor: number): VxlanDefaults {
  // Rolling releases are numbered by year and month.
  if (major >= 2000) {
    return major > 2026 || (major === 2026 && minor >= 4) ? newest : recent
  }
  return major === 1 && minor <= 3 ? old : recent
}
