import type { WebDeps } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import { addDays } from '../../time/days.ts'
import { type Formats, formats } from '../../time/formats.ts'
import { dateOf, readWallTime } from '../../time/wall-time.ts'
import { offsetOf } from '../../time/zones.ts'
import type { ChannelDraft, Composer } from '../composer.ts'
import { fieldsOf, type When } from './choice.ts'
import { earliest, hasOwnTimes, planOf } from './plan.ts'
import type { TakenSlot } from './slots.ts'

/** One line of the list: what it is called, and what it means now. */
type Option = {
  value: When
  title: string
  /** Beside the title: the time, if it is one time. */
  side: string
  hint: string
  /** For each account, if their times differ or one has none. */
  lines: { platform: string; name: string; side: string }[]
  /** The time that the choice stands for, sent with the form. */
  at: string | null
  isOpen: boolean
  /** Offers the page of slots. */
  needsSlots: boolean
}

/** The data for the picker of the time. */
export const whenView = (deps: WebDeps, composer: Composer): View => {
  const { form, workspace } = composer
  const fmt = formats({ zone: form.zone, dates: workspace.dates }, deps.now())
  const options = optionsOf(composer, fmt)
  const first = firstTime(composer)
  const at = first ?? composer.now
  return {
    options,
    chosen: options.some((one) => one.value === form.when && one.isOpen) ? form.when : '',
    label: whenLabel(composer, fmt) ?? 'Choose a time',
    ...fieldsOf(form.time),
    readAs: pickedTime(composer, fmt),
    // For the script, which says the time where the person is.
    oneTime: first && isOneTime(composer, first) ? first.toISOString() : null,
    zoneWords: `${form.zone} (${offsetOf(form.zone, at.getTime())})`,
  }
}

/** The chosen time in words, or null if there is none. */
export const whenLabel = (composer: Composer, fmt: Formats): string | null => {
  const first = firstTime(composer)
  if (!first) return null
  return isOneTime(composer, first) ? fmt.when(first) : `from ${fmt.when(first)}`
}

/** Without accounts there is no plan yet. */
const firstTime = ({ plan, time }: Composer): Date | null =>
  earliest(plan) ?? (time?.ok ? time.dueAt : null)

const isOneTime = ({ plan }: Composer, first: Date): boolean =>
  [...plan.values()].every((due) => due.dueAt.getTime() === first.getTime())

const optionsOf = (composer: Composer, fmt: Formats): Option[] => {
  const { post, targets, slots, best } = composer
  const chosen = composer.channels.filter((one) => one.chosen && !one.sent)
  const keeps = post?.state === 'scheduled' && hasOwnTimes(targets)
  const tomorrow = `${addDays(dateOf(composer.now, composer.form.zone), 1)}T09:00`
  const read = readWallTime(tomorrow, composer.form.zone, 'earlier')
  return [
    ...(keeps ? [keepOption(composer, chosen, fmt)] : []),
    slotOption('slot', 'Next free slot', chosen, slots.slot, fmt),
    option('best', 'Best time', {
      side: best?.at ? fmt.when(best.dueAt) : '',
      hint: best?.words ?? noAccount,
      at: best?.at ?? null,
      isOpen: best?.at != null,
    }),
    option('tomorrow', 'Tomorrow morning', {
      side: read.ok ? fmt.when(read.dueAt) : '',
      at: tomorrow,
      isOpen: read.ok,
    }),
    option('pick', 'Pick a time', { side: pickedTime(composer, fmt) }),
    slotOption('queue', 'Add to queue', chosen, slots.queue, fmt),
  ]
}

const noAccount = 'Choose an account first.'

const option = (value: When, title: string, more: Partial<Option>): Option => ({
  value,
  title,
  side: '',
  hint: '',
  lines: [],
  at: null,
  isOpen: true,
  needsSlots: false,
  ...more,
})

const pickedTime = ({ form, time }: Composer, fmt: Formats): string =>
  form.when === 'pick' && time?.ok ? fmt.when(time.dueAt) : ''

const slotOption = (
  value: 'slot' | 'queue',
  title: string,
  chosen: ChannelDraft[],
  slots: TakenSlot[],
  fmt: Formats,
): Option => {
  if (chosen.length === 0) return option(value, title, { hint: noAccount, isOpen: false })
  const lacking = slots.filter((slot) => slot.dueAt === null)
  const hint = lacking.length > 0 ? lackWords(lacking, slots) : ''
  const common = { isOpen: lacking.length === 0, needsSlots: lacking.some((one) => !one.hasSlots) }
  const lines = linesOf(chosen, (id) => sideOf(value, slots, id, fmt))
  const isOne = new Set(lines.map((line) => line.side)).size === 1
  return option(value, title, {
    ...common,
    hint:
      hint || (value === 'queue' ? 'Goes out after the posts that already wait in the queue.' : ''),
    ...(isOne ? { side: lines[0]?.side ?? '' } : { lines }),
  })
}

const lackWords = (lacking: TakenSlot[], slots: TakenSlot[]): string =>
  lacking.some((one) => !one.hasSlots)
    ? lacking.length === slots.length
      ? 'No slots yet.'
      : 'Not every account you chose has slots.'
    : 'No slot is free within two years.'

const sideOf = (
  value: 'slot' | 'queue',
  slots: TakenSlot[],
  channelId: string,
  fmt: Formats,
): string => {
  const slot = slots.find((one) => one.channelId === channelId)
  if (!slot?.dueAt) return slot?.hasSlots === false ? 'No slots' : 'None free'
  return value === 'queue'
    ? `${ordinal(slot.place)} in line · ${fmt.when(slot.dueAt)}`
    : fmt.when(slot.dueAt)
}

const keepOption = (composer: Composer, chosen: ChannelDraft[], fmt: Formats): Option => {
  const ids = chosen.map((one) => one.channel.id)
  const plan = planOf(ids, 'keep', composer)
  const lines = linesOf(chosen, (id) => {
    const due = plan.get(id)
    return due ? fmt.when(due.dueAt) : ''
  })
  const isOne = new Set(lines.map((line) => line.side)).size === 1
  return option('keep', isOne ? 'Keep the current time' : 'Keep the current times', {
    ...(isOne ? { side: lines[0]?.side ?? '' } : { lines }),
  })
}

const linesOf = (chosen: ChannelDraft[], side: (channelId: string) => string): Option['lines'] =>
  chosen.map(({ channel, platform }) => ({
    platform: platform.label,
    name: channel.handle ? `@${channel.handle}` : channel.name,
    side: side(channel.id),
  }))

/** `4th` */
const ordinal = (n: number): string => {
  const isTeen = n % 100 >= 11 && n % 100 <= 13
  return `${n}${(isTeen ? undefined : ['', 'st', 'nd', 'rd'][n % 10]) || 'th'}`
}
