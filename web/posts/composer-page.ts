import { randomUUID } from 'node:crypto'
import { mostOffered } from '../../db/channels/account-facts.ts'
import type { TargetState } from '../../db/posts/target-states.ts'
import { canonicalEdits } from '../../media/edits.ts'
import type { Platform, RuleFault } from '../../platforms/platform.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { formats, type ReaderTime } from '../time/formats.ts'
import { wallTimeOf } from '../time/wall-time.ts'
import { checksOf } from './composer/checks.ts'
import { roomIn } from './composer/room.ts'
import { keptTexts, openTab, textFieldsOf, textTabs } from './composer/tabs.ts'
import { type ChannelDraft, type Composer, labelOf } from './composer.ts'
import { type Fault, faultSentence, faultsOf, faultsOfPlatforms } from './composer-faults.ts'
import { leftOf } from './composer-form.ts'
import { labelMaxCharacters } from './labels/label.ts'
import { linkTagMaxCharacters } from './links/tags.ts'
import { postNoteMax } from './post-form.ts'
import { overallPill } from './post-state.ts'
import { type Preview, previewOf } from './preview/preview.ts'
import { repeatForm } from './series/form-view.ts'
import { repeatsIn } from './series/view.ts'
import { whenLabel, whenView } from './when/view.ts'

/**
 * How many problems to show. `writing` shows only gentle hints; after a button was pressed,
 * everything that blocks that action is shown.
 */
export type Mood = 'writing' | 'save' | 'schedule' | 'now'

/** The data for the composer's templates. */
export const composerView = (
  deps: WebDeps,
  workspace: Workspace,
  composer: Composer,
  mood: Mood,
): View => {
  const strict = mood !== 'writing'
  const faults = faultsIn(composer, mood, deps.now())
  const chosen = composer.channels.filter((one) => one.chosen && !one.sent)
  const { post, form } = composer
  const tabs = textTabs(composer, chosen, faults)
  const scheduled = post?.state === 'scheduled'
  return {
    post,
    form,
    strict,
    scheduled,
    left: leftOf(composer.targets),
    key: form.key || randomUUID(),
    base: `/w/${workspace.slug}`,
    heading: scheduled ? 'Edit post' : 'New post',
    pill: pillOf(composer),
    savedWords: savedWords(deps, workspace, composer),
    scheduleLabel: scheduleLabel(deps, composer),
    asksFirst: composer.asksFirst,
    offersAsking: composer.reviewOf !== 'off' && !composer.asksFirst,
    when: whenView(deps, composer),
    repeat: repeatForm(composer, formats(readingOf(composer), deps.now())),
    repeats: repeatsIn(composer),
    times: formats(readingOf(composer), deps.now()),
    faults: faults.map((fault) => ({ ...fault, sentence: faultSentence(fault) })),
    at: byPlace(faults),
    channels: composer.channels,
    accounts: composer.accounts,
    manyAccounts: composer.accounts > mostOffered,
    chosen: chosen.map((one) => ({
      ...channelView(composer, one, faults, strict),
      preview: previewIn(deps, workspace, composer, one),
    })),
    tabs,
    openTab: openTab(composer, tabs, strict),
    keptTexts: keptTexts(composer, tabs),
    checks: strict && faults.length > 0 ? [] : checksOf(composer, chosen, deps.now()),
    previewed: chosen.some((one) => one.channel.id === form.preview)
      ? form.preview
      : chosen[0]?.channel.id,
    equals: composer.equals.map((one) => ({ ...one, label: accountOf(composer, one.channelId) })),
    equalWords,
    timeNotes: composer.timeNotes,
    freeTime: composer.freeTime && {
      at: wallTimeOf(composer.freeTime, form.zone),
      words: formats(readingOf(composer), deps.now()).when(composer.freeTime),
    },
    media: composer.media.map((item) => ({ ...item, editsText: canonicalEdits(item.edits) })),
    labels: {
      chosen: composer.labels.filter(({ id }) => form.labels.includes(id)),
      others: composer.labels.filter(({ id }) => !form.labels.includes(id)),
      maxCharacters: labelMaxCharacters,
    },
    captions: composer.captions,
    tags: form.tags ?? composer.linkTags,
    linkTagMaxCharacters,
    postNoteMax,
    picker: composer.picker,
    mediaFrozen: composer.mediaFrozen,
    maxUploadBytes: deps.config.media.maxUploadBytes,
    // The question stays visible after it was answered, so that the answer can be changed.
    folds: composer.time?.choices ?? [],
    foldWords:
      composer.time && !composer.time.ok
        ? composer.time.words
        : 'This hour happens twice on that day. Which one?',
  }
}

/** Such as "Facebook · Northside Records". */
const accountOf = (composer: Composer, channelId: string): string => {
  const one = composer.channels.find(({ channel }) => channel.id === channelId)
  return one ? `${one.platform.label} · ${one.channel.name}` : ''
}

/**
 * How the state of an equal post is described. States that are missing here are described as
 * scheduled.
 */
const equalWords: Partial<Record<TargetState, string>> = {
  sending: 'has been sending since',
  processing: 'was sent',
  published: 'was published',
  unconfirmed: 'may have been published',
}

/**
 * While a person is writing, shows broken platform rules and impossible times, but not fields that
 * are still empty.
 */
const faultsIn = (composer: Composer, mood: Mood, nowMs: number): Fault[] => {
  if (mood === 'schedule' || mood === 'now') return faultsOf(composer, mood, nowMs)
  const time = faultsOf(composer, 'schedule', nowMs).filter(
    (fault) => fault.place === 'time' && fault.rule !== 'time_missing',
  )
  return mood === 'save'
    ? time.filter((fault) => fault.rule === 'time_unclear')
    : [...faultsOfPlatforms(composer), ...time]
}

const channelView = (
  composer: Composer,
  one: ChannelDraft,
  faults: Fault[],
  strict: boolean,
): View => {
  const notes = faults.filter(
    (fault) => fault.channelId === one.channel.id && ['kind', 'settings'].includes(fault.place),
  )
  const settings = one.faults.filter((fault) => fault.field === 'settings')
  return {
    ...one,
    label: labelOf(composer.channels, one),
    suggestedLabel: kindLabel(one.platform, one.suggested),
    kindLabel: kindLabel(one.platform, one.kind),
    room: roomIn(one.textLength, one.textLimit),
    textFields: textFieldsOf(one),
    // Closed unless something is filled in, or has to be before the post can be scheduled.
    isOpen: one.faults.some(({ field }) => field === 'settings') || hasSettings(one),
    notes,
    fields: one.platform.fieldsView
      ? {
          view: one.platform.fieldsView,
          data: {
            channel: one.channel,
            kind: one.kind,
            account: one.draft.accountFacts,
            values: one.values,
            media: one.draft.media,
            limits: one.platform.fieldLimits ?? {},
            room: roomIn,
            faults: strict ? bySetting(settings) : {},
          },
        }
      : null,
  }
}

const hasSettings = ({ draft }: ChannelDraft): boolean =>
  Object.values(draft.settings).some((value) => value !== '' && value !== false && value !== null)

const kindLabel = (platform: Platform, kind: string): string =>
  platform.kinds.find((one) => one.name === kind)?.label ?? kind

const previewIn = (
  deps: WebDeps,
  workspace: Workspace,
  { media, time, form }: Composer,
  { channel, platform, draft }: ChannelDraft,
): Preview => {
  const base = `/w/${workspace.slug}`
  const now = deps.now()
  return previewOf({
    id: channel.id,
    platform,
    account: { ...channel, avatar: `${base}/channels/${channel.id}/avatar` },
    draft,
    media,
    at: time?.ok ? time.dueAt : new Date(now),
    now,
    zone: form.zone,
    fileAddress: (id, what) => `${base}/media/${id}/${what}`,
  })
}

/** Everything that is wrong with a setting, as one text beside its field. */
const bySetting = (faults: RuleFault[]): Record<string, string> => {
  const words: Record<string, string> = {}
  for (const { setting, rule, words: own } of faults) {
    const name = setting ?? rule
    words[name] = words[name] ? `${words[name]} ${own}` : own
  }
  return words
}

const byPlace = (faults: Fault[]): Record<Fault['place'], Fault[]> => {
  const at = (place: Fault['place']) => faults.filter((fault) => fault.place === place)
  return {
    text: at('text'),
    link: at('link'),
    media: at('media'),
    channels: at('channels'),
    time: at('time'),
    kind: at('kind'),
    settings: at('settings'),
  }
}

const pillOf = ({ post, targets }: Composer): View =>
  !post || (post.state === 'draft' && targets.length === 0)
    ? { words: 'Draft', tone: '', icon: 'edit' }
    : overallPill(post.state, targets, post.review)

/** When the post was saved, for its draft. The script keeps these words current. */
const savedWords = (deps: WebDeps, workspace: Workspace, { post }: Composer): string => {
  if (!post) return 'Not saved yet'
  const fmt = formats(workspace, deps.now())
  return post.state === 'draft' ? `Saved ${fmt.when(post.updatedAt)}` : ''
}

/** The zone of the form's time field, for its reader. */
const readingOf = ({ workspace, form }: Composer): ReaderTime => ({
  zone: form.zone,
  dates: workspace.dates,
})

/** The label of the schedule button. Shows the time in the time zone of the form's time field. */
const scheduleLabel = (deps: WebDeps, composer: Composer): string => {
  const { post, form, targets } = composer
  const isCanceled = targets.length > 0 && targets.every((target) => target.state === 'canceled')
  const queues = form.time === 'queue' ? 'Add to queue' : 'Schedule'
  const verb = composer.asksFirst
    ? 'Send for approval'
    : isCanceled
      ? 'Schedule again'
      : post?.state === 'scheduled'
        ? 'Save'
        : queues
  const at = whenLabel(composer, formats(readingOf(composer), deps.now()))
  return at ? `${verb} · ${at}` : verb
}
