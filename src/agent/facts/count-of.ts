/** Numbers of things, for people. */

/** `1 link`, `2 links`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
