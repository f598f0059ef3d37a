/** Alone in its file, since the page in the browser is built with it. */

/**
 * The MAC address of entries for frames that no other entry is for: where they are flooded to. Source: vxlan_find_mac(),
 * drivers/net/vxlan/vxlan_core.c.
 */
export const zeroMac = '00:00:00:00:00:00'
