/** Numbers of things, for people. */

/** `1 link`, `2 links`; `2 entries` where the plural is given. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}
