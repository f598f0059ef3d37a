import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { example, literal, page, paragraph, plain, prose, term } from '../../../scripts/man/roff.ts'
import { isInstalled } from '../../support/installed.ts'

test.each([
  { text: '--state-dir', roff: '\\-\\-state\\-dir' },
  { text: 'C:\\new', roff: 'C:\\(rsnew' },
  { text: "the link's", roff: 'the link\\(aqs' },
  { text: '"never" ~ ^ `', roff: '\\(dqnever\\(dq \\(ti \\(ha \\(ga' },
  { text: 'link’s … 😀', roff: 'link\\[u2019]s ... \\[u1F600]' },
])('$text is $roff', ({ text, roff }) => {
  expect(plain(text)).toBe(roff)
})

test.each([
  { line: '.SH no request', roff: '\\&.SH no request' },
  { line: "'SH nor is this", roff: '\\(aqSH nor is this' },
  { line: '  .indented', roff: '  .indented' },
])('the line $line begins no request', ({ line, roff }) => {
  expect(literal(line)).toBe(roff)
  expect(prose(line.trim())).toMatch(/^\\/)
})

test('what is to be typed is bold in prose, and a line break is a space', () => {
  expect(prose('with `vxagent apply` or\n  --dry-run, not a--b')).toBe(
    'with \\fBvxagent apply\\fR or \\fB\\-\\-dry\\-run\\fR, not a\\-\\-b',
  )
})

test('a heading begins a paragraph by itself', () => {
  const lines = ['.SH "A"', ...paragraph('one'), ...paragraph('two')]
  const body = page('x', 1, { date: '2026-11-23', version: '1' }, lines)
  expect(body).toMatch(/\n\.SH "A"\none\n\.PP\ntwo\n$/)
})

test.skipIf(!isInstalled('groff'))('text with everything in it is shown as it was written', () => {
  const text = '.\\" `a\' "b" -c --d ^e ~f \\n(x \\fB’s %g @h #i $j {k} [l] <m> |n &o'
  const lines = [...example(text), ...term(plain('T'), prose(text.replaceAll('`', ''))), ...example("'\n.\n..")]
  const source = page('x', 1, { date: '2026-11-23', version: '1' }, lines)
  const shown = execFileSync('groff', ['-man', '-Tutf8', '-P-cbou', '-rLL=200n'], { input: source, encoding: 'utf8' })
  expect(shown.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining(
      [text, text.replaceAll('`', ''), "'", '.', '..'].map((line) => expect.stringContaining(line)),
    ),
  )
})
