import { expect, test } from 'vitest'
import { withoutCounters } from '../../../src/rtnetlink/client/link-filter.ts'
import { RTEXT_FILTER_SKIP_STATS } from '../../../src/rtnetlink/messages/constants.ts'

test.each(['6.1.0-50-cloud-amd64', '6.18.44', '7.3.4+deb13'])('on %s counters are left out', (kernel) => {
  expect(withoutCounters(kernel)).toEqual({ extMask: RTEXT_FILTER_SKIP_STATS })
})

test.each(['5.10.0-32-cloud-amd64', '5.15.0', '6.0.12', '6', 'odd'])(
  'on %s the IPv6 address mode would go with them, so they are not',
  (kernel) => {
    expect(withoutCounters(kernel)).toEqual({})
  },
)
