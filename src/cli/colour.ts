/** Colour, by what it means. */
import { styleText } from 'node:util'
import type { Output } from './output.ts'

/** A way to write text. */
export type Style = (text: string) => string

export interface Paint {
  readonly good: Style
  readonly bad: Style
  readonly warning: Style
  /** Less important than the rest. */
  readonly quiet: Style
  readonly strong: Style
}

const same: Style = (text) => text

/** Without any colour. */
export const plain: Paint = { good: same, bad: same, warning: same, quiet: same, strong: same }

const coloured: Paint = {
  good: (text) => styleText('green', text),
  bad: (text) => styleText('red', text),
  warning: (text) => styleText('yellow', text),
  quiet: (text) => styleText('dim', text),
  strong: (text) => styleText('bold', text),
}

/** Colour only where a terminal shows it. hasColors() knows NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  // With sixteen colours or more: what Node takes for the least that is worth while.
  return output.isTTY && output.hasColors?.(16, env) ? coloured : plain
}
