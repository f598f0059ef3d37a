/** Text from files, the kernel or the network, fit to be shown: on a terminal, in a log, on a page. Nothing is imported: the page has it, too. */

/**
 * The text with everything that a terminal might act on, or that is not shown or turns the direction of writing, written as an escape,
 * `\u{1b}` for ESC. A backslash that is already there stays as it is.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}
