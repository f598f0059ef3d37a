/** The last state's files as vxagent reads them. */
import type { DesiredState } from '../../src/agent/desired/schema.ts'
import type { Files } from './states.ts'

/** All files as one. They are valid by their making. */
export function parseDesiredState(files: Files): DesiredState {
  const all = Object.values(files)
  return {
    vxlans: Object.assign({}, ...all.map(({ vxlans }) => vxlans)),
    bridges: Object.assign({}, ...all.map(({ bridges }) => bridges)),
  } as DesiredState
}
