/** The comment at the top of an imported file. */
import type { SourceText } from './source.ts'

/** How the file came about, and what to do with it. */
export function headingOf(tool: string, sources: readonly SourceText[]): readonly string[] {
  const files = sources.map(({ file }) => file).join(' ')
  return [`Made by vxagent import --from ${tool} ${files}`, 'Look it over, and check it with vxagent validate.']
}
