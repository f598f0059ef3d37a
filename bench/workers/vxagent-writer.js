/** Our client as a program that writes forwarding entries as fast as it can, each of which is one event. */

import { constants, RtnetlinkClient } from '../../dist/rtnetlink/index.js'
import { answerQuestions } from '../support/child.js'
import { macOf, vtepOf } from '../support/forwarding-entries.js'
import { time } from '../support/timing.js'

const client = new RtnetlinkClient()

answerQuestions({
  ready: () => true,
  async write({ index, first, count }) {
    const numbers = Array.from({ length: count }, (_, offset) => first + offset)
    const { seconds } = await time(() =>
      Promise.all(
        numbers.map((number) =>
          client.addNeighbour({
            family: constants.AF_BRIDGE,
            ifindex: index,
            state: constants.NUD_PERMANENT,
            flags: constants.NTF_SELF,
            attributes: { lladdr: macOf(number), dst: vtepOf(number) },
          }),
        ),
      ),
    )
    return { seconds }
  },
})
