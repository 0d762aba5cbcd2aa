import { createRequire } from 'node:module'

type Listed = { emoji: string; name: string; skin_tone_support: boolean; emoji_version: string }
type ListedGroup = { name: string; emojis: Listed[] }

/** The emoji itself, its name, other words it is found by, and the pattern of its skin tones. */
type Emoji = [emoji: string, name: string, words: string, toned?: string]
/** `mark` is the emoji on the button of the group. */
type EmojiGroup = { name: string; mark: string; emoji: Emoji[] }

const marks = ['😀', '👋', '🐶', '🍔', '✈️', '⚽', '💡', '❤️', '🏁']
/** Emoji that came later are missing on many phones, where a box is shown instead. */
const newest = 15.1

/**
 * Every emoji by group, in Unicode's order, for the picker in the composer. In the pattern of an
 * emoji with skin tones, each `*` stands for the tone.
 */
export const emojiGroups = (): EmojiGroup[] => {
  const require = createRequire(import.meta.url)
  const groups = require('unicode-emoji-json/data-by-group.json') as ListedGroup[]
  const words = require('emojilib') as Record<string, string[]>
  return groups.map(({ name, emojis }, index) => ({
    name: name.replace('&', 'and'),
    mark: marks[index] ?? emojis[0]?.emoji ?? name,
    emoji: emojis
      .filter((one) => Number(one.emoji_version) <= newest)
      .map((one) => described(one, words[one.emoji] ?? [])),
  }))
}

const described = (one: Listed, listed: string[]): Emoji => {
  const words = new Set(listed.map((word) => word.replaceAll('_', ' ')))
  words.delete(one.name)
  const about = [one.emoji, one.name, [...words].join(' ')] as const
  return one.skin_tone_support ? [...about, tonedPattern(one.emoji)] : [...about]
}

/** People who hold hands have a tone each; the handshake between them has none. */
const tonedPattern = (emoji: string): string =>
  emoji.replace(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, (_, base: string) =>
    base === '🤝' && emoji !== base ? base : `${base}*`,
  )
