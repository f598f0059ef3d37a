import { expect, test } from 'vitest'
import * as rtnetlink from '../../src/rtnetlink/index.ts'

test('the library exports these values, and none of them goes without a major release', () => {
  expect(Object.keys(rtnetlink).toSorted()).toMatchInlineSnapshot(`
    [
      "ClosedError",
      "DecodeError",
      "EncodeError",
      "KernelError",
      "RtnetlinkClient",
      "SystemCallError",
      "TimeoutError",
      "constants",
      "keysOfAttribute",
      "openNetlinkSocket",
      "packetFilter",
      "subscribe",
    ]
  `)
})
