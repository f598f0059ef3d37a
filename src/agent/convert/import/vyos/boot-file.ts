/** VyOS's config.boot, or what `show` prints of it: blocks in braces → a tree. */
import type { SourceText } from '../source.ts'
import { type ConfigNode, ConfigTree, type Word } from './config-tree.ts'
import { isLevelLine, isPrompt, levelIn } from './session.ts'
import { tokenize } from './words.ts'

/** Throws ImportError with every fault. */
export function parseBootFile(source: SourceText): ConfigNode {
  const tree = new ConfigTree(source)
  const open: { readonly node: ConfigNode; readonly at: Word['at'] }[] = [{ node: tree.root, at: tree.root.at }]
  let statement: Word[] = []
  const endStatement = (): ConfigNode => {
    const node = tree.insert((open.at(-1) as (typeof open)[number]).node, statement)
    statement = []
    return node
  }
  for (const { kind, text, at } of tokenize(source, { hasBlocks: true, lineComments: ['//'] })) {
    switch (kind) {
      case 'word':
        if (isAround(statement)) {
          statement.push({ text, at })
          break
        }
        if (statement.length === 0 && /^[-+>](?:[a-z]|$)/.test(text)) {
          if (text.startsWith('-')) {
            tree.refuse(at, 'a line with - is being deleted; commit, and take what `show` prints then')
          }
          if (text.length > 1) {
            statement.push({ text: text.slice(1), at })
          }
          break
        }
        if (statement.length === 2) {
          tree.refuse(
            at,
            `"${text}" is one word too many: a line has a name and a value; a value with spaces stands in quotes`,
          )
        }
        statement.push({ text, at })
        break
      case '{':
        if (statement.length === 0) {
          tree.refuse(at, 'this { has no name before it')
        } else if (tree.isTooDeep(open.length)) {
          tree.refuse(at, 'this is nested deeper than any VyOS configuration')
          return tree.finish()
        }
        open.push({ node: endStatement(), at })
        break
      case '}':
        endStatement()
        if (open.length === 1) {
          tree.refuse(at, 'this } closes nothing')
        } else {
          open.pop()
        }
        break
      case 'fault':
        tree.refuse(at, text)
        break
      case 'end of line':
      case 'end of file':
        if (isLevelLine(statement) && open.length === 1) {
          // What `show` prints behind it is of that level.
          open[0] = { node: tree.insert(tree.root, levelIn(statement)), at: tree.root.at }
        }
        if (isAround(statement)) {
          statement = []
        }
        endStatement()
        break
    }
  }
  for (const { at } of open.slice(1)) {
    tree.refuse(at, 'this { is not closed')
  }
  return tree.finish()
}

/** Whether a line is what a terminal shows around the text: a prompt with what was typed, or a level. */
function isAround(line: readonly Word[]): boolean {
  return isLevelLine(line) || isPrompt(line[0]?.text ?? '')
}
