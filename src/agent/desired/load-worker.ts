/** The thread that reads large files. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Section } from './declaration.ts'
import { InvalidDesiredState } from './issue.ts'
import type { LinkText, LoadMessage, LoadTask } from './load-in-worker.ts'
import { mergeWithPlaces } from './merge-files.ts'
import { readAll } from './read-files.ts'
import type { DesiredState } from './schema.ts'

/** Characters of links that are sent at a time: read in some 10 ms. */
const batchLength = 1_000_000

const { paths, input, limits } = workerData as LoadTask

function say(message: LoadMessage): void {
  parentPort?.postMessage(message)
}

function* batches({ vxlans, bridges }: DesiredState): Generator<LinkText[]> {
  let batch: LinkText[] = []
  let length = 0
  for (const [section, specs] of Object.entries({ vxlans, bridges })) {
    for (const [name, spec] of Object.entries(specs)) {
      const json = JSON.stringify(spec)
      batch.push([section as Section, name, json])
      length += json.length
      if (length > batchLength) {
        yield batch
        ;[batch, length] = [[], 0]
      }
    }
  }
  yield batch
}

try {
  const bytes = input === undefined ? undefined : Buffer.from(input)
  const read = await readAll({ paths, input: bytes }, limits.fileBytes)
  const onFile = (file: string): void => say({ what: 'file', file })
  const { state, files, warnings, hash, places } = mergeWithPlaces(read, limits, onFile)
  const left = batches(state)
  const sendNext = (): void => {
    const { value: links, done } = left.next()
    const { fleet } = state
    say(
      done
        ? { what: 'done', ...(fleet !== undefined && { fleet }), files, warnings, hash, places }
        : { what: 'links', links },
    )
  }
  parentPort?.on('message', sendNext)
  sendNext()
} catch (error) {
  if (!(error instanceof InvalidDesiredState)) {
    throw error
  }
  say({ what: 'invalid', issues: error.issues })
}
