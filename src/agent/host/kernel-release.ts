/** What the running kernel can do, where nothing but its release tells. */

/** Whether a release such as `6.18.44-generic` is at least `major.minor`. A release that cannot be read counts as old. */
export function isAtLeast(release: string, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}

/**
 * Whether a vxlan counts the age of a learned entry from the last frame of that MAC address, and keeps that time as `updated`: since
 * Linux 6.15. Before, it counted from the last frame from it or to it, kept as `used`. Source: vxlan_cleanup() and vxlan_snoop(),
 * drivers/net/vxlan/vxlan_core.c.
 */
export function agesByUpdated(release: string): boolean {
  return isAtLeast(release, 6, 15)
}

/**
 * Whether a vxlan that is up leaves and joins multicast groups when its `group` or `dev` changes: since Linux 6.15. Before, it takes
 * setting it down and up. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
 */
export function doesMembershipFollow(release: string): boolean {
  return isAtLeast(release, 6, 15)
}
