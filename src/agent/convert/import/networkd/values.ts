/** Values as networkd reads them. What is none of a kind stays text, which the schema then refuses in its own words. */

/** A boolean. Source: parse_boolean() in systemd's parse-util.c. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (['1', 'yes', 'y', 'true', 't', 'on'].includes(word)) {
    return true
  }
  return ['0', 'no', 'n', 'false', 'f', 'off'].includes(word) ? false : undefined
}

/** Bytes, with the suffixes K, M and G to the base of 1024. */
export function readSize(text: string): number | string {
  const [, digits, suffix = ''] = /^(\d{1,12})([KMG]?)$/i.exec(text) ?? []
  return digits === undefined ? text : Number(digits) * 1024 ** ['', 'K', 'M', 'G'].indexOf(suffix.toUpperCase())
}

/** Words between white space; quotes hold a word together. */
export function readWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}

/** Whether `name` matches a glob of `*` and `?`. Names are short, so that backtracking is. */
export function matchesGlob(name: string, glob: string): boolean {
  const pattern = [...glob.replace(/\*+/g, '*')].map((character) => {
    if (character === '*') {
      return '.*'
    }
    return character === '?' ? '.' : character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${pattern.join('')}$`, 'su').test(name)
}
