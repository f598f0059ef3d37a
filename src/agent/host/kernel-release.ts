/** The release of the running kernel, and what the kernel can do where nothing but its release tells. */
import { release } from 'node:os'

/** A release as numbers, with the text that people know it by. */
export interface KernelRelease {
  /** Such as `6.18.44-generic`. */
  readonly text: string
  /** 0 where the text cannot be read: such a kernel counts as old. */
  readonly major: number
  readonly minor: number
}

/** @param text as uname(2) gives it */
export function parseKernelRelease(text: string): KernelRelease {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(text) ?? []
  return { text, major: Number(major), minor: Number(minor) }
}

/** That of the running kernel. For those who start the work: everything else is given it. */
export function readKernelRelease(): KernelRelease {
  return parseKernelRelease(release())
}

/** Whether a release is at least `major.minor`. */
export function isAtLeast(release: Pick<KernelRelease, 'major' | 'minor'>, major: number, minor: number): boolean {
  return release.major > major || (release.major === major && release.minor >= minor)
}

/**
 * Whether a vxlan counts the age of a learned entry from the last frame of that MAC address, and keeps that time as `updated`: since
 * Linux 6.15. Before, it counted from the last frame from it or to it, kept as `used`. Source: vxlan_cleanup() and vxlan_snoop(),
 * drivers/net/vxlan/vxlan_core.c.
 */
export function agesByUpdated(release: KernelRelease): boolean {
  return isAtLeast(release, 6, 15)
}

/**
 * Whether a vxlan that is up leaves and joins multicast groups when its `group` or `dev` changes: since Linux 6.15. Before, it takes
 * setting it down and up. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
 */
export function doesMembershipFollow(release: KernelRelease): boolean {
  return isAtLeast(release, 6, 15)
}

/** Whether the kernel tells of the VNIs of filtering vxlans: since Linux 5.18. Source: RTNLGRP_TUNNEL, linux/rtnetlink.h. */
export function tellsOfTunnels(release: KernelRelease): boolean {
  return isAtLeast(release, 5, 18)
}
