/** Which moves make a flap, and which a duplicate. */
import { expect, test } from 'vitest'
import { Moves } from '../../../../src/agent/insight/events/moves.ts'

/** What each of these moves, at these seconds, amounts to. */
function verdicts(moves: readonly (readonly [atSeconds: number, to: string])[]): string[][] {
  const watch = new Moves()
  return moves.map(([at, to]) =>
    watch.note('vxlan0 02:00:00:00:00:fe', to, at * 1000).map(({ kind, count }) => `${kind} ${count}`),
  )
}

test('one move, or two far apart, is what machines do', () => {
  expect(
    verdicts([
      [0, 'b'],
      [61, 'a'],
      [122, 'b'],
    ]),
  ).toEqual([[], [], []])
})

test('there, back and there again within a minute flaps; five within three minutes is a duplicate; each is told once', () => {
  expect(
    verdicts([
      [0, 'b'],
      [10, 'a'],
      [20, 'b'],
      [30, 'a'],
      [40, 'b'],
      [50, 'a'],
    ]),
  ).toEqual([[], [], ['flapping 3'], [], ['duplicate 5'], []])
})

test('three moves to three places are a journey, not a flap', () => {
  expect(
    verdicts([
      [0, 'b'],
      [5, 'c'],
      [10, 'd'],
    ]),
  ).toEqual([[], [], []])
})

test('an episode that has ended is told again when it comes back', () => {
  const again = verdicts([
    [0, 'b'],
    [1, 'a'],
    [2, 'b'],
    [300, 'a'],
    [301, 'b'],
    [302, 'a'],
  ])
  expect(again[2]).toEqual(['flapping 3'])
  expect(again[5]).toEqual(['flapping 3'])
})

test('slow moves that never flap are a duplicate all the same', () => {
  expect(
    verdicts([
      [0, 'b'],
      [40, 'a'],
      [80, 'b'],
      [120, 'a'],
      [160, 'b'],
    ]).at(-1),
  ).toEqual(['duplicate 5'])
})
