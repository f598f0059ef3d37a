import { describe, expect, test } from 'vitest'
import { graphemes, textWidth } from '../../src/cli/text-width.ts'

test.each([
  ['nothing', '', 0],
  ['ASCII', 'vxlan0', 6],
  ['a letter of its own', 'Ärger', 5],
  ['a combining mark', 'A\u0308rger', 5],
  ['kanji', '東京', 4],
  ['hangul syllables', '한국', 4],
  ['a hangul syllable in three parts', '\u1112\u1161\u11ab', 2],
  ['full-width letters', 'ＡＢ', 4],
  ['half-width kana', 'ﾊﾝｶｸ', 4],
  ['half-width kana with its voiced mark', 'ｶﾞ', 2],
  ['a zero-width space', 'a\u200bb', 2],
  ['a byte order mark', '\ufeffa', 1],
  ['an emoji', '🚀', 2],
  ['a family: four emoji joined to one', '👩‍👩‍👧‍👦', 2],
  ['a flag: two letters', '🇩🇪', 2],
  ['a skin tone', '👍🏽', 2],
  ['a heart that a selector makes an emoji', '❤️', 2],
  ['a keycap', '1️⃣', 2],
])('%s: %j takes %i columns', (_, text, width) => {
  expect(textWidth(text)).toBe(width)
})

test('a width stays the same after many other texts', () => {
  for (let index = 0; index < 3000; index += 1) {
    expect(textWidth(`東${index}`)).toBe(2 + `${index}`.length)
  }
  expect(textWidth('東0')).toBe(3)
})

describe('graphemes', () => {
  test('are what a reader takes for one character', () => {
    expect(graphemes('a👩‍👩‍👧‍👦🇩🇪A\u0308')).toEqual(['a', '👩‍👩‍👧‍👦', '🇩🇪', 'A\u0308'])
  })
})
