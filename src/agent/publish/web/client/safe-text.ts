/** Text from the network made fit for the page. */
import { visible } from '../../../desired/visible.ts'

/** As much of one name or sentence is shown. */
const longest = 2000

/** The text as `visible` has it, with an ellipsis where it is too long. */
export function safeText(text: string): string {
  return visible(text.length > longest ? `${text.slice(0, longest)}…` : text)
}
