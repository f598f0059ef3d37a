/** The files of another tool → a desired state, with a note on everything that could not be carried over. Pure. */

import { gatherIfupdown } from './ifupdown/gather-ifupdown.ts'
import { gatherIproute2 } from './iproute2/gather-iproute2.ts'
import { leaveOutInvalid } from './leave-out-invalid.ts'
import { gatherNetplan } from './netplan/gather-netplan.ts'
import { gatherNetworkd } from './networkd/gather-networkd.ts'
import type { Overlay, PlainState } from './overlay.ts'
import type { Note, Place, SourceText } from './source.ts'
import { gatherVyos } from './vyos/gather-vyos.ts'

/** What an import gives. */
export interface Imported {
  /** A valid desired state. */
  readonly state: PlainState
  /** In the order of files and lines. */
  readonly notes: readonly Note[]
  /** The places of all settings that the state has, or that a note is about, or that state what is so in any case: there should be no others. */
  readonly accounted: readonly Place[]
}

const tools = {
  vyos: gatherVyos,
  netplan: gatherNetplan,
  networkd: gatherNetworkd,
  ifupdown: gatherIfupdown,
  iproute2: gatherIproute2,
} satisfies Record<string, (sources: readonly SourceText[]) => Overlay>

export type Tool = keyof typeof tools

/** Reads files of one tool that belong together. Throws ImportError when a text is not what the tool would read. */
export function importOverlay(tool: Tool, sources: readonly SourceText[]): Imported {
  const overlay = tools[tool](sources)
  overlay.nameLoosePorts()
  leaveOutInvalid(overlay)
  overlay.remarkForeignBridges()
  return { state: overlay.toState(), notes: overlay.notes.inOrderOf(sources), accounted: overlay.accounted }
}
