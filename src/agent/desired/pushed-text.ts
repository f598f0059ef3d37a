/** Files that operators of the fleet push to hosts: their texts, and how their places are named. */
import type { FileText } from './read.ts'

/** A file as it was pushed. */
export interface PushedText {
  /** The fleet whose operators pushed it. It counts on a host only while that is the fleet of the host. */
  readonly fleet: string
  readonly name: string
  readonly text: string
}

/** What messages call a pushed file. */
export function pushedFile(name: string): string {
  return `fleet:${name}`
}

export function pushedFileText({ fleet, name, text }: PushedText): FileText {
  return { file: pushedFile(name), text, fleet }
}
