/** `--watch`: in place on a terminal, one after the other elsewhere, until a signal. */
import { expect, test } from 'vitest'
import { json } from '../../src/cli/options.ts'
import { write, writeJson } from '../../src/cli/output.ts'
import { run } from '../../src/cli/run.ts'
import { frame, watchOptions } from '../../src/cli/watch.ts'
import { command, FakeOutput, fakeIo } from './support.ts'

/** A command that counts how often it was asked, and ends the watch after the third time. */
function counting(io: ReturnType<typeof fakeIo>, fails = false): ReturnType<typeof command> {
  let asked = 0
  return command({
    name: 'count',
    isWatchable: true,
    options: watchOptions,
    commonOptions: [json],
    async run(input, { stdout }) {
      asked += 1
      if (asked === 3) {
        io.signals.emit('SIGINT')
      } else {
        // The terminal changes its size: shown anew at once, without waiting for the interval.
        setImmediate(() => io.signals.emit('SIGWINCH'))
      }
      if (fails && asked === 2) {
        throw new Error('the daemon \u001b[31m is gone')
      }
      await (input.has(json) ? writeJson(stdout, { asked }) : write(stdout, `asked ${asked}\n`))
      return 0
    },
  })
}

test('elsewhere than on a terminal one view follows the other', async () => {
  const io = fakeIo()
  expect(await run(['count', '--watch', '--interval', '9'], io, [counting(io)])).toBe(0)
  expect(io.stdout.text).toBe('asked 1\n\nasked 2\n\nasked 3\n\n')
  expect(io.signals.eventNames()).toEqual([])
})

test('with --json there is a document a line, on a terminal too', async () => {
  const io = fakeIo({}, new FakeOutput({ isTTY: true }))
  expect(await run(['count', '--watch', '--json', '--interval', '9'], io, [counting(io)])).toBe(0)
  expect(io.stdout.text).toBe('{"asked":1}\n{"asked":2}\n{"asked":3}\n')
})

test('on a terminal it has a screen of its own, gives it back, and goes on when something fails', async () => {
  const io = fakeIo({}, new FakeOutput({ isTTY: true }))
  expect(await run(['count', '--watch', '--interval', '9'], io, [counting(io, true)])).toBe(0)
  const { pieces } = io.stdout
  expect(pieces[0]).toBe('\u001b[?1049h\u001b[?25l')
  expect(pieces[1]).toContain('vxagent count, every 9 s')
  expect(pieces[2]).toContain(String.raw`vxagent: the daemon \u{1b}[31m is gone`)
  expect(pieces[3]).toContain('asked 3')
  expect(pieces.at(-1)).toBe('\u001b[?25h\u001b[?1049l')
})

test.each([
  { rows: 24, lines: 3, shown: 3, rest: undefined },
  { rows: 10, lines: 7, shown: 7, rest: undefined },
  { rows: 10, lines: 8, shown: 6, rest: 2 },
  { rows: 2, lines: 8, shown: 0, rest: 8 },
])('$lines lines in $rows rows', ({ rows, lines, shown, rest }) => {
  const text = frame(Array.from({ length: lines }, (_, at) => `line ${at}\n`).join(''), 'heading', { rows })
  expect(text.split('\n').length - 1).toBeLessThanOrEqual(Math.max(rows, 3))
  expect(text.match(/line \d/g) ?? []).toHaveLength(shown)
  expect(/… (\d+) more lines/.exec(text)?.[1]).toBe(rest === undefined ? undefined : `${rest}`)
  expect(text.startsWith('\u001b[H')).toBe(true)
  expect(text.endsWith('\u001b[J')).toBe(true)
})
