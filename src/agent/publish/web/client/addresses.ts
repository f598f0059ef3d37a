/** The order of addresses as addresses: 10.0.0.9 before 10.0.0.10, IPv4 before IPv6, and names after both. Pure. */

/** A text for each address; the texts sort as the addresses do. */
export function addressKey(text: string): string {
  const ipv4 = ipv4Digits(text)
  if (ipv4 !== undefined) {
    return `4${ipv4}`
  }
  const ipv6 = text.includes(':') ? ipv6Digits(text) : undefined
  // Numbers in names, such as that of a nexthop group, count as numbers.
  return ipv6 === undefined ? `n${text.replace(/\d+/g, (digits) => digits.padStart(12, '0'))}` : `6${ipv6}`
}

/** For sorting a few addresses; where there are many, sort by their keys. */
export function compareAddresses(a: string, b: string): number {
  const [first, second] = [addressKey(a), addressKey(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function ipv4Digits(text: string): string | undefined {
  const octets = text.split('.')
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet))
    ? octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('')
    : undefined
}

/** 32 hexadecimal digits of an IPv6 address as RFC 5952 writes it, the last 32 bits possibly in decimal. */
function ipv6Digits(text: string): string | undefined {
  const [head = '', tail, ...surplus] = text.split('::')
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const missing = 8 - before.length - after.length
  const isComplete = tail === undefined ? missing === 0 : missing > 0
  const digits = [...before, ...Array<string>(Math.max(0, missing)).fill('0000'), ...after].join('')
  return surplus.length === 0 && isComplete && /^[\da-f]{32}$/.test(digits) ? digits : undefined
}

function groups(part: string): string[] {
  return part === ''
    ? []
    : part.split(':').flatMap((group) => {
        const ipv4 = ipv4Digits(group)
        return ipv4 === undefined ? [group.toLowerCase().padStart(4, '0')] : [ipv4.slice(0, 4), ipv4.slice(4)]
      })
}
