/** Which names the kernel takes for a network interface. Source: dev_valid_name, net/core/dev.c. */

/** What keeps `name` from naming a network interface, as the rest of the sentence "… must …"; undefined when nothing does. */
export function interfaceNameFault(name: string, mostBytes = 15): string | undefined {
  const bytes = Buffer.from(name)
  if (bytes.length < 1 || bytes.length > mostBytes) {
    return `have 1 to ${mostBytes} bytes; this has ${bytes.length}`
  }
  if (name === '.' || name === '..') {
    return 'not be "." or ".."'
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s/:\u0000-\u001f\u007f\p{Surrogate}]/u.test(name)) {
    return 'have no white space, "/", ":" or control character'
  }
  if (name.includes('%')) {
    return 'have no "%": the kernel would take it for a template to number'
  }
  // The kernel looks at bytes, as Latin-1, where 0xa0 is a space; so "à" (c3 a0) is refused and "é" is not (seen on 6.18).
  if (bytes.includes(0xa0)) {
    return 'have no character with the byte 0xa0 in it, which the kernel takes for white space'
  }
  // /proc/sys/net/ipv4/conf has directories of these names. Source: sysctl_dev_name_is_allowed, net/ipv4/devinet.c.
  if (name === 'all' || name === 'default') {
    return `not be "${name}", which has a meaning of its own in /proc/sys/net`
  }
  // An object's key of this name sets its prototype in JavaScript; no such key would survive being written and read back.
  return name === '__proto__' ? 'not be "__proto__"' : undefined
}
