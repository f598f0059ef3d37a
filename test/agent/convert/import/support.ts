/** Imports of texts that stand in the tests. */
import { importOverlay, type Tool } from '../../../../src/agent/convert/import/import-overlay.ts'
import { formatNote, ImportError, type SourceText } from '../../../../src/agent/convert/import/source.ts'

export interface Result {
  readonly vxlans: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly bridges: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What was left out, each as a line. */
  readonly leftOut: readonly string[]
  readonly remarks: readonly string[]
}

/** Imports files by name, or one text. */
export function importTexts(tool: Tool, files: string | Readonly<Record<string, string>>): Result {
  const { state, notes } = importOverlay(tool, sourcesOf(files))
  const ofKind = (wanted: string) => notes.filter(({ kind }) => kind === wanted).map(formatNote)
  return {
    vxlans: state.vxlans ?? {},
    bridges: state.bridges ?? {},
    leftOut: ofKind('left out'),
    remarks: ofKind('remark'),
  }
}

/** The faults for which a text is refused, as `line:column message`. */
export function faultsOf(tool: Tool, text: string): string[] {
  try {
    importOverlay(tool, sourcesOf(text))
    return []
  } catch (error) {
    if (error instanceof ImportError) {
      return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
    }
    throw error
  }
}

function sourcesOf(files: string | Readonly<Record<string, string>>): SourceText[] {
  const named = typeof files === 'string' ? { file: files } : files
  return Object.entries(named).map(([file, text]) => ({ file, text }))
}
