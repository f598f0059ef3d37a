/** Why the kernel refuses whatever is asked for. After the rows that know more of the request. */
import type { RefusalRow } from './row.ts'

export const anyRefusals: readonly RefusalRow[] = [
  {
    request: 'anything',
    code: 'EPERM',
    situation: 'vxagent may not change the network of this namespace',
    isMeant: () => true,
    cure: () =>
      'vxagent needs CAP_NET_ADMIN in this network namespace: run it as root, or by its systemd unit; in a container add the capability NET_ADMIN',
    source: 'rtnetlink_rcv_msg(), net/core/rtnetlink.c',
    untried: 'vxagent says so before it asks the kernel',
  },
  {
    request: 'anything',
    code: 'EACCES',
    situation: 'a security module refuses it',
    isMeant: () => true,
    cure: () => 'a security module (SELinux, AppArmor) refuses it: see journalctl -k and ausearch -m avc',
    source: 'security_netlink_send(), security/security.c',
    untried: 'no security module runs here',
  },
  {
    request: 'anything',
    code: 'ENOMEM',
    situation: 'the kernel has no memory for it in this moment, or the cgroup of vxagent may have no more',
    isMeant: () => true,
    cure: () =>
      'the kernel has no memory for it now: see free -m, and the memory limit of the service (systemctl show vxagent -p MemoryMax)',
    source: 'kzalloc(), in each of these places',
    untried: 'needs a kernel that is out of memory',
  },
  {
    request: 'anything',
    code: 'ENOBUFS',
    situation: 'the kernel has no memory for it, or its answer was lost',
    isMeant: () => true,
    cure: () =>
      'the kernel is short of memory, or its answer did not fit: see free -m; vxagent looks at what came of it and goes on',
    source: 'rtnl_notify(), net/core/rtnetlink.c',
    untried: 'needs a kernel that is out of memory',
  },
  {
    request: 'anything',
    code: 'EBUSY',
    situation: 'the kernel or a driver is at work on the same object',
    isMeant: () => true,
    cure: () => 'something else is at work on it: the next attempt may succeed; journalctl -k may say what',
    source: 'various',
    untried: 'a race',
  },
  {
    request: 'anything',
    code: 'EMSGSIZE',
    situation: 'the request is longer than the kernel takes',
    isMeant: () => true,
    cure: () => 'the request is too long for the kernel: state fewer items for this link, and report it as a bug',
    source: 'netlink_sendmsg(), net/netlink/af_netlink.c',
    untried: 'vxagent splits such requests',
  },
  {
    request: 'anything',
    code: 'ENODEV',
    situation: 'the link is gone',
    isMeant: () => true,
    cure: ({ link }) => `${link} is gone, or what it needs is: vxagent makes it again as soon as it can`,
    source: 'rtnl_setlink(), net/core/rtnetlink.c, and others',
    untried: 'vxagent takes it for no failure, and plans again',
  },
  {
    request: 'anything',
    code: 'EOPNOTSUPP',
    situation: 'the kernel cannot do that, or cannot do it to this kind of link',
    isMeant: () => true,
    cure: () =>
      'this kernel cannot do that: see docs/reference/versions.md for what each release can, or take the key out',
    source: 'rtnetlink_rcv_msg(), net/core/rtnetlink.c, and others',
    untried: 'needs an older kernel',
  },
]
