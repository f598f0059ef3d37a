import { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { paintFor } from '../../src/cli/colour.ts'

/** A stream that decides about colours as Node's terminals do. */
function terminal(isTTY: boolean) {
  return {
    isTTY,
    write: () => true,
    hasColors: WriteStream.prototype.hasColors,
    getColorDepth: WriteStream.prototype.getColorDepth,
  }
}

test.each<{ name: string; isTTY: boolean; env: Record<string, string>; expected: string }>([
  { name: 'a terminal shows colours', isTTY: true, env: { TERM: 'xterm-256color' }, expected: '\x1b[31mbad\x1b[39m' },
  { name: 'NO_COLOR forbids them', isTTY: true, env: { TERM: 'xterm-256color', NO_COLOR: '1' }, expected: 'bad' },
  { name: 'a dumb terminal has none', isTTY: true, env: { TERM: 'dumb' }, expected: 'bad' },
  { name: 'a pipe has none', isTTY: false, env: { TERM: 'xterm-256color' }, expected: 'bad' },
])('$name', ({ isTTY, env, expected }) => {
  const paint = paintFor(terminal(isTTY), env)
  expect(paint.bad('bad')).toBe(expected)
  expect(paint.hasColours).toBe(expected !== 'bad')
})

test('a stream that knows nothing of colours has none', () => {
  expect(paintFor({ isTTY: true, write: () => true }, {}).good('good')).toBe('good')
})
