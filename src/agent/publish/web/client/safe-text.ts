/** Text from the network made fit to be read: control characters and those that turn the direction of writing are made visible. */

/** As much of one name or sentence is shown. */
const longest = 2000

const harmful = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** `\u{202e}` for what would not be seen, and an ellipsis for what is too long. */
export function safeText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(harmful, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
