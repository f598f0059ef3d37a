/** Links have names for people and numbers for the kernel. */

/** Names and ifindexes of the links around. */
export interface LinkNames {
  nameOf(index: number): string | undefined
  /** Throws NoSuchLink. */
  indexOf(name: string): number
}

/** A link that was there when it was planned for, or that a file names, is not there. */
export class NoSuchLink extends Error {
  override readonly name = 'NoSuchLink'

  constructor(link: string) {
    super(`there is no link ${link}`)
  }
}

/** The ifindex of a link that may not be there. */
export function indexIfThere(names: LinkNames, name: string): number | undefined {
  try {
    return names.indexOf(name)
  } catch (error) {
    if (error instanceof NoSuchLink) {
      return undefined
    }
    throw error
  }
}
