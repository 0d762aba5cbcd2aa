import type { ComposeChannel } from '../db/channels/account-facts.ts'
import type { ComposedMedia } from '../db/posts/composed-media.ts'
import type { Draft } from '../db/posts/posts.ts'
import type { Registry } from '../platforms/index.ts'
import type { Platform } from '../platforms/platform.ts'
import { type JudgedDraft, judge, valuesOf } from './channel-draft.ts'

/** What stored content is on each of its accounts, as of now. */
type JudgedContent = {
  accounts: (JudgedDraft & { channel: ComposeChannel; platform: Platform })[]
  /** Accounts that were disconnected since. They are left out. */
  gone: { id: string; isKnown: boolean }[]
  /** Why nothing can be scheduled: a rule is broken, a file or every account is gone. */
  isBroken: boolean
}

/**
 * Judges content that was stored earlier by the rules of the platforms, as the composer does.
 * `found`: the connected accounts, and those of the content.
 */
export const judgeStored = (
  platforms: Registry,
  stored: Pick<Draft, 'text' | 'link' | 'variants' | 'choices'>,
  media: ComposedMedia[],
  found: ComposeChannel[],
): JudgedContent => {
  const choices = Object.entries(stored.choices)
  const content = {
    text: stored.text,
    link: stored.link ?? '',
    variants: stored.variants,
    kinds: Object.fromEntries(choices.map(([id, choice]) => [id, choice.kind])),
    fields: Object.fromEntries(choices.map(([id, choice]) => [id, valuesOf(choice.settings)])),
  }
  const accounts = found.flatMap((channel) => {
    const platform = platforms.platforms.get(channel.platform)
    const isChosen = Object.hasOwn(stored.choices, channel.id)
    if (!platform || !isChosen || channel.state === 'disconnected') return []
    return [{ channel, platform, ...judge(channel, platform, content, media) }]
  })
  const there = new Set(accounts.map((one) => one.channel.id))
  return {
    accounts,
    gone: choices
      .map(([id]) => id)
      .filter((id) => !there.has(id))
      .map((id) => ({ id, isKnown: found.some((channel) => channel.id === id) })),
    isBroken:
      accounts.length === 0 ||
      accounts.some((one) => one.faults.length > 0) ||
      media.some((file) => file.purgedAt !== null),
  }
}
