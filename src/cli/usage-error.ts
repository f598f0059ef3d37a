/** The command line, or the environment that stands in for it, is wrong: a sentence for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
