/** A desired state → the text of a file for a person to read and go on with. */
import { Document, isMap, isSeq, visit } from 'yaml'
import { visible } from '../desired/issue.ts'
import type { PlainState } from './overlay.ts'
import type { SourceText } from './source.ts'

/** Lists and mappings up to this many characters stand on one line. */
const widest = 90

/** How the file came about, and what to do with it. */
export function headingOf(tool: string, sources: readonly SourceText[]): readonly string[] {
  const files = sources.map(({ file }) => file).join(' ')
  return [`Made by vxagent import --from ${tool} ${files}`, 'Look it over, and check it with vxagent validate.']
}

/** @param heading lines of a comment at the top */
export function writeYaml(state: PlainState, heading: readonly string[]): string {
  const document = new Document(state)
  visit(document, {
    Collection(depth, node, path) {
      // Links, their keys, and the ports of a bridge stand on lines of their own.
      const isInside = path.length > 8 || isSeq(node)
      if (isInside && depth !== null && JSON.stringify(node.toJSON()).length <= widest) {
        node.flow = true
        return visit.SKIP
      }
      return isMap(node) && node.items.length === 0 ? visit.SKIP : undefined
    },
  })
  const comment = heading.map((line) => `# ${visible(line)}\n`).join('')
  return comment + document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
