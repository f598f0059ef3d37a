/** Takes a link up and down, and says when it began to. */
import { constants, RtnetlinkClient } from '../../dist/rtnetlink/index.js'
import { answerQuestions } from '../support/child.js'

const client = new RtnetlinkClient()

answerQuestions({
  ready: () => true,
  /** @param {{ name: string, isUp: boolean }} question */
  async set({ name, isUp }) {
    const link = (await client.listLinks()).find(({ attributes }) => attributes.ifname === name)
    if (link === undefined) {
      throw new Error(`there is no ${name}`)
    }
    const at = process.hrtime.bigint()
    await client.changeLink({ index: link.index, flags: isUp ? constants.IFF_UP : 0, change: constants.IFF_UP })
    return at.toString()
  },
})
