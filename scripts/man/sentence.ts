/** Fragments as `--help` has them, as the sentences of a page. */

/** With a capital letter and a full stop. */
export function sentence(fragment: string): string {
  const text = `${fragment.charAt(0).toUpperCase()}${fragment.slice(1)}`
  return /[.!?]$/.test(text) ? text : `${text}.`
}
