/** Numbers as other tools' files write them. What is none stays text, which the schema then refuses in its own words. */

/** A whole number in decimal digits. */
export function readDecimal(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

/** A whole number as strtoul() reads it with base 0: `0x1f`, `017` in octal, or decimal. */
export function readCInteger(text: string): number | string {
  if (/^0[0-7]{1,15}$/.test(text)) {
    return Number.parseInt(text, 8)
  }
  return /^(0x[0-9a-f]{1,12}|\d{1,15})$/i.test(text) ? Number(text) : text
}

/** Hexadecimal digits, with `0x` or without, as iproute2 reads a TOS. */
export function readHex(text: string): number | string {
  return /^(0x)?[0-9a-f]{1,12}$/i.test(text) ? Number.parseInt(text, 16) : text
}
