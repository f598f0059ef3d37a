/** One watch on one member: whole revisions from its messages. */
import type { Channel } from './channel.ts'
import { protocolError, storeError } from './failures.ts'
import type { AnswerOf, Message } from './messages.ts'
import { type Change, StoreError, type Watch, type WatchListener } from './store.ts'
import { changeOf, endOfPrefix, numberOf, positionOf } from './values.ts'

/** Opens a watch. The member has `createdMs` to accept it; after that pings tell whether it is there. */
export function openWatch(
  channel: Channel,
  { prefix, from, createdMs }: { readonly prefix: string; readonly from: number; readonly createdMs: number },
  listener: WatchListener,
): Watch {
  const doing = `watch ${prefix}`
  const endpoint = channel.name
  /** The events of a revision that comes in several messages. */
  let fragments: Message<'Event'>[] = []
  let isOpen = true

  const close = (): void => {
    isOpen = false
    clearTimeout(timer)
    stream.close()
  }
  const fail = (error: StoreError): void => {
    if (isOpen) {
      close()
      listener.failed(error)
    }
  }
  const read = (answer: AnswerOf<'watch'>): void => {
    if (answer.canceled === true) {
      fail(cancellation(doing, endpoint, answer))
      return
    }
    const at = positionOf(answer.header)
    if (answer.created === true) {
      clearTimeout(timer)
      listener.created(at)
      return
    }
    const events = answer.events ?? []
    if (events.length === 0 && fragments.length === 0) {
      listener.progress(at)
      return
    }
    fragments = fragments.length === 0 ? [...events] : fragments.concat(events)
    if (answer.fragment !== true) {
      const changes = fragments.map(changeOf).filter((change): change is Change => change !== undefined)
      fragments = []
      listener.changed(changes, at)
    }
  }
  const stream = channel.stream('watch', doing, {
    answer: (answer) => {
      if (!isOpen) {
        return
      }
      try {
        read(answer)
      } catch (error) {
        if (!(error instanceof RangeError)) {
          throw error
        }
        fail(protocolError(doing, endpoint, error.message, error))
      }
    },
    ended: fail,
  })
  const timer = setTimeout(() => {
    fail(storeError(doing, endpoint, { code: 4, message: 'the member did not accept the watch' }))
  }, createdMs)
  stream.send({
    create_request: {
      key: Buffer.from(prefix),
      range_end: endOfPrefix(prefix),
      start_revision: from,
      progress_notify: true,
      fragment: true,
    },
  })
  return { endpoint, close }
}

function cancellation(doing: string, endpoint: string, answer: AnswerOf<'watch'>): StoreError {
  const compacted = numberOf(answer.compact_revision)
  if (compacted > 0) {
    const said = `changes before revision ${compacted} are compacted`
    return new StoreError('compacted', `cannot ${doing} at ${endpoint}: ${said}; vxagent lists all keys again`, {
      endpoint,
    })
  }
  const reason = answer.cancel_reason ?? ''
  return storeError(doing, endpoint, {
    message: reason === '' ? 'the member canceled the watch without a reason' : reason,
  })
}
