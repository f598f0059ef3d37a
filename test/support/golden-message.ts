/** The messages of a golden vector, decoded. */
import { decodeRouteMessage, type RouteMessage } from '../../src/rtnetlink/messages/index.ts'
import { forEachMessage } from '../../src/rtnetlink/wire/message.ts'
import { golden } from './golden.ts'

/** All messages of `test/golden/NAME.hex`, in their order. */
export function goldenMessages(name: string): RouteMessage[] {
  const bytes = golden(name)
  const messages: RouteMessage[] = []
  forEachMessage(bytes, (header, start, end) => {
    const message = decodeRouteMessage(header, bytes, start, end)
    if (message !== undefined) {
      messages.push(message)
    }
  })
  return messages
}

/** The object of the first message. */
export function goldenValue<T extends RouteMessage['value']>(name: string): T {
  const [message] = goldenMessages(name)
  if (message === undefined) {
    throw new Error(`test/golden/${name}.hex holds no message that is known`)
  }
  return message.value as T
}
