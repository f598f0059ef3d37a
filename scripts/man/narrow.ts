/** YAML for a page that is 80 columns wide: its comments are wrapped anew. */

/** What an indented example has of them. */
const width = 68

/** Lines of comment alone that follow each other at one depth are one paragraph. */
export function narrowComments(yaml: string): string {
  const lines: string[] = []
  let words: string[] = []
  let indent = ''
  const flush = (): void => {
    let line = `${indent}#`
    for (const word of words) {
      if (line.length + 1 + word.length > width && line !== `${indent}#`) {
        lines.push(line)
        line = `${indent}#`
      }
      line += ` ${word}`
    }
    if (words.length > 0) {
      lines.push(line)
    }
    words = []
  }
  for (const line of yaml.split('\n')) {
    const [, depth, comment] = /^( *)# ?(.*)$/.exec(line) ?? []
    if (depth === undefined || depth !== indent) {
      flush()
    }
    if (depth === undefined || comment === undefined) {
      lines.push(line)
    } else {
      indent = depth
      words.push(...comment.split(/ +/).filter((word) => word !== ''))
    }
  }
  flush()
  return lines.join('\n')
}
