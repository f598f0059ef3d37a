/** What VyOS prints around the text in a terminal: prompts, and the level of the configuration that is being edited. */
import type { Word } from './config-tree.ts'

/** The line without a prompt, `vyos@vyos01#` or `vyos@vyos01:~$`. */
export function afterPrompt(line: readonly Word[]): readonly Word[] {
  return isPrompt(line[0]?.text ?? '') ? line.slice(1) : line
}

export function isPrompt(word: string): boolean {
  return /^[^\s@]+@[^\s@]+[#$]$/.test(word)
}

/** Whether a line of the text begins with a prompt. */
export function hasPrompts(text: string): boolean {
  return text.split('\n').some((line) => isPrompt(line.trimStart().split(/\s/, 1)[0] ?? ''))
}

/** Whether this is `[edit]` or `[edit interfaces vxlan vxlan0]`, which stands before each prompt of configuration mode. */
export function isLevelLine([first]: readonly Word[]): boolean {
  return first !== undefined && /^\[edit\]?$/.test(first.text)
}

/** The path that such a line has; empty for the top. */
export function levelIn(line: readonly Word[]): readonly Word[] {
  return line
    .slice(1)
    .map(({ text, at }) => ({ text: text.replace(/\]$/, ''), at }))
    .filter(({ text }) => text !== '')
}
