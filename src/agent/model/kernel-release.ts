/** What the running kernel can do, where nothing but its release tells. */

/** Whether a release such as `6.18.44-generic` is at least `major.minor`. A release that cannot be read counts as old. */
export function isAtLeast(release: string, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}

/** Whether a vxlan that is up leaves and joins multicast groups when its `group` or `dev` changes: since Linux 6.15. */
export function doesMembershipFollow(release: string): boolean {
  return isAtLeast(release, 6, 15)
}
