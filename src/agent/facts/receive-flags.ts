/** What of a vxlan decides whether another one can share its UDP socket. */

/** Keys of settings that links on one port must have alike. Source: VXLAN_F_RCV_FLAGS, include/net/vxlan.h, the same from Linux 5.18 to 6.18. */
export const receiveFlags = [
  'external',
  'vnifilter',
  'gbp',
  'gpe',
  'udp6zerocsumrx',
  'remcsumrx',
  'remcsumnopartial',
] as const
