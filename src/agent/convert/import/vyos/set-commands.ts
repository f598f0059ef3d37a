/** VyOS's `set` commands, as `show configuration commands` prints them, or as typed → a tree. */
import type { Notes, SourceText } from '../source.ts'
import { type ConfigNode, ConfigTree, type Word } from './config-tree.ts'
import { tokenize } from './words.ts'

/** Commands that change no setting. */
const harmless = new Set([
  'commit',
  'commit-confirm',
  'compare',
  'configure',
  'comment',
  'confirm',
  'exit',
  'load',
  'run',
  'save',
  'show',
])
/** Commands that change settings in a way that is not followed. */
const unfollowed = new Set([
  'activate',
  'copy',
  'deactivate',
  'delete',
  'discard',
  'insert',
  'merge',
  'rename',
  'rollback',
])
/** Commands after which a path is no longer a whole one. */
const moving = new Set(['edit', 'top', 'up'])

/** Whether the text is commands, rather than blocks in braces: its first word tells. */
export function isSetCommands(source: SourceText): boolean {
  for (const { kind, text } of tokenize(source, { hasBlocks: true, lineComment: '#' })) {
    if (kind === 'word' && !isPrompt(text) && !text.startsWith('//')) {
      return text === 'set' || harmless.has(text) || unfollowed.has(text) || moving.has(text)
    }
  }
  return false
}

/** Throws ImportError with every fault. */
export function parseSetCommands(source: SourceText, notes: Notes): ConfigNode {
  const tree = new ConfigTree(source)
  let line: Word[] = []
  for (const { kind, text, at } of tokenize(source, { hasBlocks: false, lineComment: '#' })) {
    if (kind === 'word') {
      line.push({ text, at })
    } else if (kind === 'fault') {
      tree.refuse(at, text)
      line = []
    } else {
      runCommand(line, tree, notes)
      line = []
    }
  }
  return tree.finish()
}

function runCommand(line: readonly Word[], tree: ConfigTree, notes: Notes): void {
  const [command, ...path] = isPrompt(line[0]?.text ?? '') ? line.slice(1) : line
  if (command === undefined || harmless.has(command.text)) {
    return
  }
  const { text, at } = command
  if (text === 'set' && path.length > 0) {
    tree.insert(tree.root, path)
  } else if (unfollowed.has(text)) {
    const why = 'only set commands are followed; give the configuration as `show configuration commands` prints it now'
    notes.leftOut({ name: text, text: path.map((word) => word.text).join(' '), at }, why)
  } else if (moving.has(text)) {
    tree.refuse(
      at,
      `${text} makes the paths that follow partial; give whole ones, as \`show configuration commands\` prints them`,
    )
  } else {
    tree.refuse(at, text === 'set' ? 'set what?' : `"${text}" is no command that is known here; a line begins with set`)
  }
}

/** `vyos@vyos01#`, as in a transcript. */
function isPrompt(word: string): boolean {
  return /^[^\s@]+@[^\s@]+[#$]$/.test(word)
}
