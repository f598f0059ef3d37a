/** Whether a file may be pushed: valid by itself, with what a host of a fleet has in any case. */
import { limitsFor } from './limits.ts'
import { mergeFiles, type ReadFiles } from './merge-files.ts'

/** A host that accepts it, and that is in a fleet, since its links may ask that. */
const section = {
  file: 'host.json',
  text: '{"fleet": {"name": "fleet", "endpoints": ["https://127.0.0.1:2379"], "config": "accept"}}',
}

/**
 * Throws InvalidDesiredState. What a host's own files say against it is for that host to tell.
 * @param source as it was read
 */
export function checkPushed(source: ReadFiles[number]): void {
  const pushed = 'text' in source ? { ...source, fleet: 'fleet' } : source
  mergeFiles([section, pushed], limitsFor())
}
