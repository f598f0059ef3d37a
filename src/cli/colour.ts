/** Colour, by what it means. */
import { styleText } from 'node:util'
import type { Output } from './output.ts'

/** A way to write text. */
export type Style = (text: string) => string

export interface Paint {
  readonly hasColours: boolean
  readonly good: Style
  readonly bad: Style
  readonly warning: Style
  /** Less important than the rest. */
  readonly quiet: Style
  readonly strong: Style
}

const same: Style = (text) => text

/** Without any colour. */
export const plain: Paint = { hasColours: false, good: same, bad: same, warning: same, quiet: same, strong: same }

const coloured: Paint = {
  hasColours: true,
  good: (text) => colour('green', text),
  bad: (text) => colour('red', text),
  warning: (text) => colour('yellow', text),
  quiet: (text) => colour('dim', text),
  strong: (text) => colour('bold', text),
}

function colour(format: Parameters<typeof styleText>[0], text: string): string {
  // Unless told otherwise styleText looks at process.stdout, which need not be the stream that is written to.
  return styleText(format, text, { validateStream: false })
}

/** Colour only where a terminal shows it. hasColors() knows NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  // With sixteen colours or more: what Node takes for the least that is worth while.
  return output.isTTY && output.hasColors?.(16, env) ? coloured : plain
}
