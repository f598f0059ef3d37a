/** A client whose kernel says what a test has it say, and how its requests end. */
import { expect } from 'vitest'
import { type ClientOptions, RtnetlinkClient } from '../../src/rtnetlink/client/client.ts'
import { KernelError } from '../../src/rtnetlink/errors.ts'
import { link } from '../../src/rtnetlink/messages/link.ts'
import { FakeTransport, message } from './fake-transport.ts'

const RTM_NEWLINK = 16

/** A client and the kernel that it speaks to. */
export function clientOnFakeTransport(options?: ClientOptions): { client: RtnetlinkClient; kernel: FakeTransport } {
  const kernel = new FakeTransport()
  return { client: new RtnetlinkClient(kernel, options), kernel }
}

/** A link as one part of a dump, or as the answer to a question for it. */
export function linkMessage(sequence: number, ifname: string, flags = 0): Buffer {
  return message(RTM_NEWLINK, sequence, (writer) => link.encode({ index: 5, attributes: { ifname } }, writer), flags)
}

/** A request of little interest: it changes link `index`. */
export function change(client: RtnetlinkClient, index: number): Promise<void> {
  return client.changeLink({ index, attributes: { mtu: 1400 } })
}

/** What the request rejects with; `undefined` if it does not. Taken at once, so that no rejection is left unhandled. */
export function reasonOf(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

/** The kernel's refusal of the request. */
export async function refusalOf(request: Promise<unknown>): Promise<KernelError> {
  const reason = await reasonOf(request)
  expect(reason).toBeInstanceOf(KernelError)
  return reason as KernelError
}
