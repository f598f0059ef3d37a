/** What the kernel tells of while it is asked: it may be newer than the answer. */
import type { RouteMessage } from '../../rtnetlink/index.ts'

/** A window for each question under way. */
export class Meanwhile {
  readonly #open = new Set<(message: RouteMessage) => void>()

  /**
   * Asks the kernel, and lets the work with the answer be done before the window is closed again.
   * @param ask is given what has come since, which grows until it is done
   * @param counts whether a message is to be kept
   */
  async during<T>(
    ask: (came: readonly RouteMessage[]) => Promise<T>,
    counts: (message: RouteMessage) => boolean = () => true,
  ): Promise<T> {
    const came: RouteMessage[] = []
    const note = (message: RouteMessage): void => {
      if (counts(message)) {
        came.push(message)
      }
    }
    this.#open.add(note)
    try {
      return await ask(came)
    } finally {
      this.#open.delete(note)
    }
  }

  /** A message has come. */
  note(message: RouteMessage): void {
    for (const note of this.#open) {
      note(message)
    }
  }
}
