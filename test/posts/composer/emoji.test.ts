import { expect, it } from 'vitest'
import { emojiGroups } from '../../../web/emoji/groups.ts'

// Node knows this flag, but not yet the version of the language that types are checked for.
const flag = 'v'
const recommended = new RegExp('^\\p{RGI_Emoji}$', flag)
const isEmoji = (text: string) => recommended.test(text)

it('every emoji of the picker, in every skin tone, is one that Unicode recommends', () => {
  const all = emojiGroups().flatMap(({ emoji }) => emoji)
  const written = all.flatMap(([emoji, , , toned]) =>
    toned ? [emoji, ...['🏻', '🏽', '🏿'].map((tone) => toned.replaceAll('*', tone))] : [emoji],
  )
  expect(all.length).toBeGreaterThan(1_800)
  expect(written.length).toBeGreaterThan(all.length + 900)
  expect(written.filter((one) => !isEmoji(one))).toEqual([])
})
