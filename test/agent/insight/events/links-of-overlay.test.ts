/** Kept link by link, it says what counting all links says. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinksOfOverlay } from '../../../../src/agent/insight/events/links-of-overlay.ts'
import { overlayLinks } from '../../../../src/agent/kernel/overlay-links.ts'
import type { Link } from '../../../../src/rtnetlink/index.ts'

const index = fc.integer({ min: 1, max: 8 })
const aLink: fc.Arbitrary<Link> = fc
  .record({
    index,
    isVxlan: fc.boolean(),
    lower: fc.option(index, { nil: undefined }),
    master: fc.option(index, { nil: undefined }),
  })
  .map(
    ({ index: at, isVxlan, lower, master }) =>
      ({
        index: at,
        flags: 0,
        attributes: {
          ...(master !== undefined && { master }),
          ...(isVxlan && { linkinfo: { kind: 'vxlan', data: { ...(lower !== undefined && { link: lower }) } } }),
        },
      }) as unknown as Link,
  )

type Step = { readonly what: 'come'; readonly link: Link } | { readonly what: 'go'; readonly index: number }
const steps = fc.array(
  fc.oneof(
    aLink.map((link): Step => ({ what: 'come', link })),
    index.map((at): Step => ({ what: 'go', index: at })),
  ),
  { maxLength: 30 },
)

test('after any links have come, changed and gone, the members are those of the links that are there', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (history, looksAtOnce) => {
      const links = new Map<number, Link>()
      const overlay = new LinksOfOverlay(() => links)
      for (const step of history) {
        if (looksAtOnce) {
          void overlay.members
        }
        const before = links.get(step.what === 'come' ? step.link.index : step.index)
        if (step.what === 'come') {
          links.set(step.link.index, step.link)
          overlay.noteLink(step.link, before)
        } else if (before !== undefined) {
          links.delete(step.index)
          overlay.noteGone(before)
        }
      }
      const there = (all: Iterable<number>): number[] => [...all].filter((each) => links.has(each)).toSorted()
      expect(there(overlay.members)).toEqual(there(overlayLinks(links)))
    }),
    { numRuns: 2000 },
  )
})
