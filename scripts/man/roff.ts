/** The few words of roff that a manual page takes: man(7), with extensions that groff and mandoc share. Each function gives lines. */

/** What means something to roff, or would come out as another character. */
const names: Readonly<Record<string, string>> = {
  '\\': '\\(rs',
  // A bare one is a hyphen, which cannot be copied into a command line.
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '"': '\\(dq',
  '^': '\\(ha',
  '~': '\\(ti',
  // Not every output of groff has it as one character.
  '…': '...',
}

/** Text as it stands, within a line. */
export function plain(text: string): string {
  return text.replace(/[-\\'`"^~]|[^\n -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return names[character] ?? `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`
  })
}

/** A line as it stands: one that begins with a dot would be a request. */
export function literal(line: string): string {
  return plain(line).replace(/^\./, '\\&.')
}

/** A line in which what is in backquotes, and each --option, is bold: it is to be typed so. */
export function prose(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const pieces = line.split(/(`[^`]+`|(?<![\w-])--[a-z][a-z-]*)/)
  return pieces
    .map((piece, index) => (index % 2 === 0 ? plain(piece) : bold(piece.replaceAll('`', ''))))
    .join('')
    .replace(/^\./, '\\&.')
}

export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`
}

export function italic(text: string): string {
  return `\\fI${plain(text)}\\fR`
}

/** A whole page. Lines about its kind and edition come first. */
export function page(
  name: string,
  section: number,
  { date, version }: { readonly date: string; readonly version: string },
  lines: readonly string[],
): string {
  const words = [plain(name.toUpperCase()), section, date, plain(`vxagent ${version}`), 'vxagent manual']
  return `${[
    `.TH ${words.map((word) => `"${word}"`).join(' ')}`,
    // Ragged and without hyphenation, which would tear names apart. After .EE groff looks at HY.
    '.nr HY 0',
    '.nh',
    '.ad l',
    // A heading begins a paragraph by itself.
    ...lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? '')),
  ].join('\n')}\n`
}

export function heading(text: string): string[] {
  return [`.SH "${plain(text)}"`]
}

export function subheading(text: string): string[] {
  return [`.SS "${plain(text)}"`]
}

/** @param line as `prose`, `bold` and the others give it */
export function paragraph(line: string): string[] {
  return ['.PP', line]
}

/** A term, and below it, indented, what it means. */
export function term(tag: string, ...lines: readonly string[]): string[] {
  return ['.TP', tag, ...lines.flatMap((line, index) => (index === 0 ? [line] : ['.br', line]))]
}

/** Lines, one step to the right. */
export function indented(...lines: readonly string[]): string[] {
  return ['.RS 4', ...lines, '.RE']
}

/** Text that keeps its lines, indented. */
export function example(text: string): string[] {
  const lines = text.replace(/\n+$/, '').split('\n')
  return ['.PP', ...indented('.EX', ...lines.map(literal), '.EE')]
}
