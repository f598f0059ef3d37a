/**
 * Our client as a program. Started bare with `dump INDEX` or `links COUNT` it does that once and ends: the whole-process
 * measure. Started by a bench it stays open and answers questions: the in-process one.
 */

import { RtnetlinkClient } from '../../dist/rtnetlink/index.js'
import { answerQuestions } from '../support/child.js'
import { makeLinks } from '../support/links.js'
import { time } from '../support/timing.js'

const [job, parameter] = process.argv.slice(2)
const client = new RtnetlinkClient()

if (job === 'dump') {
  await client.listFdb({ index: Number(parameter) })
  client.close()
} else if (job === 'links') {
  await makeLinks(client, Number(parameter))
  client.close()
} else {
  answerQuestions({
    async dump({ index }) {
      const { seconds, value } = await time(() => client.listFdb({ index }))
      return { seconds, count: value.length }
    },
    async links({ count }) {
      return await time(() => makeLinks(client, count))
    },
  })
}
