/** Addresses of web pages as text, from files and from other hosts. Nothing is imported: the page has it, too. */

/** The longest that is taken, in characters. */
const longest = 1024

/**
 * What an address must be for a page to lead there, where `text` is none: http or https, since others would run scripts or open files, and
 * without a name and password, which would hide where it really leads. Undefined where it is fit.
 */
export function whyNoWebAddress(text: string): string | undefined {
  const url = text.length <= longest && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || !/^[\x21-\x7e]+$/.test(text)) {
    return 'be an http or https address such as https://vyos01.example:8443/'
  }
  return url.username + url.password === '' ? undefined : 'be an address without a name and password'
}
