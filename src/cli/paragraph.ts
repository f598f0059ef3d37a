/** Text for a terminal. */

/** Lines of a text, broken between words where the terminal ends. */
export function* paragraph(text: string, width = Number.POSITIVE_INFINITY): Generator<string> {
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      yield `${line}\n`
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  yield `${line}\n`
}
