/**
 * Asks again for entries and links that the kernel had no memory for at once.
 *
 * It allocates a forwarding entry and the per-CPU route cache of its destination without waiting (GFP_ATOMIC in vxlan_fdb_append,
 * drivers/net/vxlan/vxlan_core.c), and memory for the latter is only set aside in the background. So in a burst of thousands some entries are refused
 * with ENOMEM on a host that has memory enough: 31 of 20,000 on Linux 5.10. A vxlan
 * link starts with such an entry. Later stable releases do without the route cache then.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { KernelError } from '../../../rtnetlink/index.ts'

/** Milliseconds to wait before each further attempt: the kernel needs some for the background work. */
const pausesMs = [20, 100, 500]

/**
 * The results of `count` requests, in their order; undefined: it succeeded.
 * @param send sends the requests at these places, and gives their results in that order
 */
export async function despiteShortage(
  count: number,
  send: (places: readonly number[]) => Promise<readonly (KernelError | undefined)[]>,
): Promise<readonly (KernelError | undefined)[]> {
  const errors = [...(await send(Array.from({ length: count }, (_, place) => place)))]
  for (const pauseMs of pausesMs) {
    const refused = errors.flatMap((error, place) => (error?.code === 'ENOMEM' ? [place] : []))
    if (refused.length === 0) {
      break
    }
    await delay(pauseMs)
    for (const [index, error] of (await send(refused)).entries()) {
      errors[refused[index] as number] = error
    }
  }
  return errors
}

/** The same for one request, which rejects when it is refused. */
export async function despiteShortageOfOne(request: () => Promise<void>): Promise<void> {
  const [refused] = await despiteShortage(1, async () => {
    try {
      await request()
      return [undefined]
    } catch (error) {
      if (error instanceof KernelError && error.code === 'ENOMEM') {
        return [error]
      }
      throw error
    }
  })
  if (refused !== undefined) {
    throw refused
  }
}
