/** Users of this host by name. */
import { readFileSync } from 'node:fs'

/** Milliseconds for which an answer is kept. */
const keptMs = 1000

/**
 * The uid of a user, by /etc/passwd alone: no name service is asked, and no program run. Undefined when it has no such user, or cannot be
 * read: then nobody has that user's rights.
 */
export function userId(name: string, path = '/etc/passwd'): number | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  for (const line of text.split('\n')) {
    const [user, , uid = ''] = line.split(':')
    if (user === name && /^\d{1,10}$/.test(uid)) {
      return Number(uid)
    }
  }
  return undefined
}

/** The same, looked up once a second at most: the user may be made while the agent runs. */
export function userIdOf(name: string, look: (name: string) => number | undefined = userId): () => number | undefined {
  let known: { readonly uid: number | undefined; readonly atMs: number } | undefined
  return () => {
    const now = performance.now()
    if (known === undefined || now - known.atMs > keptMs) {
      known = { uid: look(name), atMs: now }
    }
    return known.uid
  }
}
