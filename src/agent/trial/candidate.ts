/** A state from elsewhere than the files. */
import type { DesiredState } from '../desired/schema.ts'

export interface Candidate {
  /** The file or directory that it came from. */
  readonly path: string
  readonly state: DesiredState
}
