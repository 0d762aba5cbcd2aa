import type { RuleFault } from '../../platforms/platform.ts'
import { type ChannelDraft, labelOf, type ToJudge } from './composer.ts'
import { faultsOfRepeat } from './series/faults.ts'
import { type EachItsOwn, eachItsOwn, isSlotChoice } from './when/choice.ts'

/**
 * A reason why the post can't be scheduled, with its place in the form and the platform whose rule
 * it is.
 */
export type Fault = {
  place: 'text' | 'link' | 'media' | 'channels' | 'time' | 'kind' | 'settings'
  channelId: string | null
  /**
   * `Instagram`, or `Instagram · Northside` if several accounts share the platform. Null for our
   * own rules.
   */
  platform: string | null
  rule: string
  /** `picture 3` or `video 1`. Null if it isn't about one file. */
  item: string | null
  setting: string | null
  words: string
}

/** Everything that blocks scheduling or publishing now: rules of the platforms and our own. */
export const faultsOf = (composer: ToJudge, act: 'schedule' | 'now', nowMs: number): Fault[] => [
  ...faultsOfChannels(composer),
  ...faultsOfPlatforms(composer),
  ...faultsOfMedia(composer),
  ...(act === 'schedule' ? faultsOfTime(composer, nowMs) : faultsOfApproval(composer)),
  ...faultsOfRepeat(composer, act).map(({ rule, words }) => ours('time', rule, words)),
]

/** What has to be approved first needs a time at which it goes out. */
const faultsOfApproval = ({ asksFirst }: ToJudge): Fault[] =>
  asksFirst
    ? [
        ours(
          'time',
          'needs_approval',
          'This post needs approval first. Choose a time, then send it for approval.',
        ),
      ]
    : []

/** Only the rules of the chosen platforms. The composer shows these while a person is writing. */
export const faultsOfPlatforms = (composer: ToJudge): Fault[] =>
  composer.channels.flatMap((one) => one.faults.map((fault) => named(composer, one, fault)))

/** A complete sentence that names the platform only once: "Instagram, picture 3: …". */
export const faultSentence = (fault: Fault): string => {
  const [label = ''] = (fault.platform ?? '').split(' · ')
  const words =
    label && fault.words.startsWith(`${label}: `)
      ? fault.words.slice(label.length + 2)
      : fault.words
  const where = [fault.platform, fault.item].filter((part) => part !== null).join(', ')
  return where ? `${where}: ${words}` : words
}

const named = (composer: ToJudge, one: ChannelDraft, fault: RuleFault): Fault => ({
  place: fault.field,
  channelId: one.channel.id,
  platform: labelOf(composer.channels, one),
  rule: fault.rule,
  item: fault.item === undefined ? null : itemOf(composer, fault.item),
  setting: fault.setting ?? null,
  words: fault.words,
})

const itemOf = (composer: ToJudge, position: number): string =>
  `${composer.media[position - 1]?.kind === 'video' ? 'video' : 'picture'} ${position}`

const ours = (
  place: Fault['place'],
  rule: string,
  words: string,
  channelId: string | null = null,
): Fault => ({
  place,
  channelId,
  platform: null,
  rule,
  item: null,
  setting: null,
  words,
})

const faultsOfChannels = (composer: ToJudge): Fault[] => {
  const chosen = composer.channels.filter((one) => one.chosen && !one.sent)
  const gone = chosen.filter((one) => one.channel.state === 'disconnected')
  if (chosen.length === 0) {
    const words = composer.channels.some((one) => one.sent)
      ? 'This post is already published on every account you chose. Choose another account, or duplicate the post.'
      : 'Choose at least one connected account.'
    return [ours('channels', 'channels_missing', words)]
  }
  return gone.map((one) =>
    ours(
      'channels',
      'channel_disconnected',
      `${one.channel.name} on ${one.platform.label} is disconnected. Remove it from this post or reconnect it.`,
      one.channel.id,
    ),
  )
}

const faultsOfMedia = (composer: ToJudge): Fault[] =>
  composer.media.some((item) => item.purgedAt !== null)
    ? [
        ours(
          'media',
          'media_gone',
          'A file in this post was deleted after its retention time. Choose another one.',
        ),
      ]
    : []

const faultsOfTime = (composer: ToJudge, nowMs: number): Fault[] => {
  const choice = eachItsOwn(composer.form.time)
  if (choice) return faultsOfPlan(composer, choice, nowMs)
  if (composer.time === null)
    return [ours('time', 'time_missing', 'Choose a day and a time, or publish now.')]
  if (!composer.time.ok) return [ours('time', 'time_unclear', composer.time.words)]
  if (composer.time.dueAt.getTime() > nowMs) return []
  return [ours('time', 'time_past', 'This time has passed. Choose a later one, or publish now.')]
}

const faultsOfPlan = (composer: ToJudge, choice: EachItsOwn, nowMs: number): Fault[] => {
  const { plan, slots } = composer
  const passed = [...plan.values()].some((due) => due.dueAt.getTime() <= nowMs)
  if (passed) return [ours('time', 'time_past', 'A time has passed. Choose a later one.')]
  const without = composer.channels.filter(
    (one) => one.chosen && !one.sent && !plan.has(one.channel.id),
  )
  if (!isSlotChoice(choice))
    return without.length > 0
      ? [ours('time', 'time_missing', 'Choose a day and a time, or publish now.')]
      : []
  return without.map((one) => {
    const hasSlots = slots[choice].some(
      (slot) => slot.channelId === one.channel.id && slot.hasSlots,
    )
    const words = hasSlots
      ? `${one.channel.name} on ${one.platform.label} has no free slot within two years.`
      : `${one.channel.name} on ${one.platform.label} has no slots. Add slots, or pick a time.`
    return ours('time', 'slot_missing', words, one.channel.id)
  })
}
