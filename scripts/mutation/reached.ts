/** Which functions a test file reaches: only these tests can notice a change there. */
import { childrenOf, isFunction, type Node, parse } from './syntax.ts'

/** Where a record is kept while tests run: a name of every function that was entered, and of every module that was loaded. */
export const recordName = '__vxaReached'

/** As in the record: a function by where it starts, or a whole module. */
export function placeName(path: string, start?: number): string {
  return start === undefined ? path : `${path}:${start}`
}

/** The text, with each function entering itself into the record first. */
export function withRecord(path: string, text: string): string {
  const insertions: { readonly at: number; readonly words: string }[] = []
  const note = (start?: number): string => `(globalThis.${recordName} ??= new Set()).add('${placeName(path, start)}')`
  const visit = (node: Node): void => {
    if (isFunction(node)) {
      const body = node['body'] as Node
      if (body.type === 'BlockStatement') {
        insertions.push({ at: body.start + 1, words: `${note(node.start)};` })
      } else {
        insertions.push({ at: body.start, words: `(${note(node.start)}, ` }, { at: body.end, words: ')' })
      }
    }
    childrenOf(node).forEach(visit)
  }
  visit(parse(text))
  insertions.sort((one, other) => one.at - other.at)
  let at = 0
  let code = ''
  for (const insertion of insertions) {
    code += text.slice(at, insertion.at) + insertion.words
    at = insertion.at
  }
  return `${code}${text.slice(at)}\n;${note()}\n`
}
