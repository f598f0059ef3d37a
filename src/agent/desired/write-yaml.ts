/** A desired state → the text of a file for a person to read and go on with. */
import { Document, isMap, isSeq, visit } from 'yaml'
import { visible } from './visible.ts'

/** Lists and mappings up to this many characters stand on one line. */
const widest = 90

/** @param heading lines of a comment at the top */
export function writeYaml(state: object, heading: readonly string[]): string {
  const document = new Document(state)
  visit(document, {
    Collection(depth, node, path) {
      // Links, their keys, and the ports of a bridge stand on lines of their own.
      const isInside = path.length > 8 || isSeq(node) || isSeq(path.at(-1))
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
