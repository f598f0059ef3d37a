/** VyOS's `set` commands, as `show configuration commands` prints them, or a session as it was typed → a tree. */
import { countOf } from '../../../facts/count-of.ts'
import type { Notes, SourceText } from '../source.ts'
import { type ConfigNode, ConfigTree, type Word } from './config-tree.ts'
import { afterPrompt, hasPrompts, isLevelLine, levelIn } from './session.ts'
import { type Token, tokenize } from './words.ts'

/** Commands that change no setting. */
const harmless = new Set([
  'commit',
  'commit-confirm',
  'compare',
  'configure',
  'comment',
  'confirm',
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
  'load',
  'merge',
  'rename',
  'rollback',
])
/** Commands that change the level to which paths are relative. */
const moving = new Set(['edit', 'exit', 'top', 'up'])

/**
 * Whether the text is commands, rather than blocks in braces: a whole set command tells, wherever it stands (a login banner may be before it);
 * else the first line that is part of either.
 */
export function isSetCommands(source: SourceText): boolean {
  let isSession = false
  let verdict: boolean | undefined
  for (const line of linesOf(tokenize(source, { hasBlocks: true, lineComments: ['#', '//'] }))) {
    const [first, ...path] = isLevelLine(line) ? [] : afterPrompt(line)
    // No line of a block has so many words.
    if (first?.text === 'set' && path.length >= 2) {
      return true
    }
    if (first !== undefined && !harmless.has(first.text)) {
      verdict ??= first.text === 'set' || unfollowed.has(first.text) || moving.has(first.text)
    }
    isSession ||= first !== undefined
  }
  return verdict ?? isSession
}

/** The words of each line. A brace ends a line here. */
function* linesOf(tokens: Iterable<Token>): Generator<readonly Word[]> {
  let line: Word[] = []
  for (const { kind, text, at } of tokens) {
    if (kind === 'word') {
      line.push({ text, at })
    } else {
      yield line
      line = []
    }
  }
}

/** Throws ImportError with every fault. */
export function parseSetCommands(source: SourceText, notes: Notes): ConfigNode {
  const session = new Session(new ConfigTree(source), notes, hasPrompts(source.text))
  let line: Word[] = []
  for (const { kind, text, at } of tokenize(source, { hasBlocks: false, lineComments: ['#', '//', '/*'] })) {
    if (kind === 'word') {
      line.push({ text, at })
    } else if (kind === 'fault') {
      session.tree.refuse(at, text)
      line = []
    } else {
      session.run(line)
      line = []
    }
  }
  session.nameOutput()
  return session.tree.finish()
}

class Session {
  readonly tree: ConfigTree
  readonly #notes: Notes
  /** What paths are relative to, as `edit` leaves it; empty at the top. */
  #level: readonly Word[] = []
  /** Whether there are prompts: what stands behind none is then what commands have printed, unless it is a command itself. */
  readonly #hasPrompts: boolean
  readonly #output: Word[] = []

  constructor(tree: ConfigTree, notes: Notes, hasPrompts: boolean) {
    this.tree = tree
    this.#notes = notes
    this.#hasPrompts = hasPrompts
  }

  run(line: readonly Word[]): void {
    if (isLevelLine(line)) {
      this.#level = levelIn(line)
      return
    }
    const [command, ...path] = afterPrompt(line)
    if (command === undefined || harmless.has(command.text)) {
      return
    }
    const { text, at } = command
    if (text === 'set' && path.length > 0) {
      this.tree.insert(this.tree.root, [...this.#level, ...path])
    } else if (unfollowed.has(text) || (text === 'exit' && path[0]?.text === 'discard')) {
      const why =
        'only set commands are followed; give the configuration as `show configuration commands` prints it now'
      const words = [...(text === 'exit' ? [] : this.#level), ...path].map((word) => word.text)
      this.#notes.leftOut({ name: text, text: words.join(' '), at }, why)
    } else if (moving.has(text)) {
      if (text !== 'edit' && path.length > 0) {
        this.tree.refuse(at, `nothing is expected behind ${text}; put what follows into a line of its own`)
      }
      this.#move(text, path)
    } else if (this.#hasPrompts && command === line[0]) {
      this.#output.push(command)
    } else {
      this.tree.refuse(
        at,
        text === 'set' ? 'set what?' : `"${text}" is no command that is known here; a line begins with set`,
      )
    }
  }

  /** Names what was taken for output, since settings may be among it. */
  nameOutput(): void {
    const [first] = this.#output
    if (first !== undefined) {
      this.#notes.remark(
        first.at,
        `${countOf(this.#output.length, 'line')} without a prompt, and no set command, passed over as output`,
      )
    }
  }

  /** `exit` on a level goes to the top, as `top` does; at the top it ends the session. */
  #move(command: string, path: readonly Word[]): void {
    this.#level =
      command === 'edit'
        ? [...this.#level, ...path]
        : command === 'up'
          ? this.#level.slice(0, -wordsUp(this.#level))
          : []
  }
}

/** So many words `up` removes: a name goes with the kind that it is of, since VyOS has no level between them. */
function wordsUp(level: readonly Word[]): number {
  const [section, , name, ...below] = level.map(({ text }) => text)
  const isName = section === 'interfaces' && name !== undefined && below.length === 0
  return isName || tags.has(level.at(-2)?.text ?? '') ? 2 : 1
}

/** Settings below an interface that are followed by a name. */
const tags = new Set(['interface', 'vif', 'vif-s', 'vif-c', 'vlan-to-vni'])
