/** What a notification of the kernel changed. */
import type { RouteMessage } from '../../rtnetlink/index.ts'

type ChangeOf<Message> = Message extends RouteMessage
  ? Message & {
      /** What was known of the object until then; undefined: nothing, or it is in no table that is followed. */
      readonly before: Message['value'] | undefined
    }
  : never

/** A notification that was taken into the tables, with what was known of its object until then. */
export type Change = ChangeOf<RouteMessage>
