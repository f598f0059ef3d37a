/** The thread that reads large files. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Section } from './declaration.ts'
import { InvalidDesiredState } from './issue.ts'
import type { LinkText, LoadMessage, LoadWorkerData } from './load-in-worker.ts'
import type { ReadFiles } from './merge-files.ts'
import { hashOfTexts, readAll } from './read-files.ts'
import type { DesiredState } from './schema.ts'

/** Characters of links that are sent at a time: read in some 10 ms. */
const batchLength = 1_000_000

const { paths, input, pushed, limits, known } = workerData as LoadWorkerData

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

async function load(read: ReadFiles, textsHash: string | undefined): Promise<void> {
  // Only where it is needed: the schema, and what reads YAML, take longer to load than the same files again take to compare.
  const { mergeWithPlaces } = await import('./merge-files.ts')
  const onFile = (file: string): void => say({ what: 'file', file })
  const { state, files, warnings, hash, places } = mergeWithPlaces(read, limits, onFile)
  const left = batches(state)
  const sendNext = (): void => {
    const { value: links, done } = left.next()
    const { fleet } = state
    say(
      done
        ? { what: 'done', ...(fleet !== undefined && { fleet }), files, warnings, hash, textsHash, places }
        : { what: 'links', links },
    )
  }
  parentPort?.on('message', sendNext)
  sendNext()
}

try {
  const bytes = input === undefined ? undefined : Buffer.from(input)
  const read = await readAll({ paths, input: bytes, pushed }, limits.fileBytes)
  const textsHash = hashOfTexts(read)
  if (textsHash !== undefined && textsHash === known) {
    say({ what: 'known' })
  } else {
    await load(read, textsHash)
  }
} catch (error) {
  if (!(error instanceof InvalidDesiredState)) {
    throw error
  }
  say({ what: 'invalid', issues: error.issues })
}
