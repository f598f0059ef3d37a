/** The forms in which iproute2 prints single values. Each takes undefined for an attribute that the kernel left out, and gives it back. */

/** Hexadecimal as C's `%#x` has it: `0x8001`, and plain `0` for zero. */
export function hex(value: number | undefined): string | undefined {
  if (value === undefined) {
    return undefined
  }
  return value === 0 ? '0' : `0x${value.toString(16)}`
}

/** A number that is printed only when it is not zero. */
export function unlessZero(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}

/** A boolean that is printed only when it is true. */
export function onlyTrue(value: boolean | undefined): true | undefined {
  return value || undefined
}

/** A u64 as a JSON number. Above 2^53 it is rounded, as any JSON reader in JavaScript rounds it. */
export function count(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}

/** Clock ticks (USER_HZ, 100 a second) as seconds. iproute2 writes two decimals always (`3.90`), which is the same JSON number. */
export function seconds(ticks: bigint | undefined): number | undefined {
  return ticks === undefined ? undefined : Number(ticks) / 100
}

/** A value's name by its position in a list; undefined past the list's end. */
export function named(names: readonly string[], value: number | undefined): string | undefined {
  return value === undefined ? undefined : names[value]
}

/** A value that has no name in the list, as the number itself: what iproute2 prints under a key that ends in `_index`. */
export function unnamed(names: readonly string[], value: number | undefined): number | undefined {
  return value !== undefined && value >= names.length ? value : undefined
}

/** A link's name by its ifindex, `if7` for a link that is not in this network namespace (or gone), `*` for 0. */
export function linkName(names: ReadonlyMap<number, string>, ifindex: number): string {
  return names.get(ifindex) ?? (ifindex === 0 ? '*' : `if${ifindex}`)
}

/** Which of the rows' bits a set has, by name and in the rows' order, and the bits that no row names. */
export function bits(
  rows: readonly (readonly [bit: number, name: string])[],
  set: number,
): { readonly names: string[]; readonly rest: number } {
  let rest = set
  const names: string[] = []
  for (const [bit, name] of rows) {
    if (set & bit) {
      names.push(name)
      rest &= ~bit
    }
  }
  return { names, rest: rest >>> 0 }
}
