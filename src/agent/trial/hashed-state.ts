/** A state with its hash, which takes a moment to find when the state is large. */
import { hashOf } from '../desired/canonical.ts'
import type { DesiredState } from '../desired/schema.ts'

export interface HashedState {
  readonly state: DesiredState
  readonly hash: string
}

export function hashed(state: DesiredState): HashedState
export function hashed(state: DesiredState | undefined): HashedState | undefined
export function hashed(state: DesiredState | undefined): HashedState | undefined {
  return state && { state, hash: hashOf(state) }
}
