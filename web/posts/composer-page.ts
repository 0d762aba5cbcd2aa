import type { TargetState } from '../db/target-states.ts'
import type { Platform, RuleFault } from '../platforms/platform.ts'
import { type ChannelDraft, type Composer, labelOf } from './composer.ts'
import { type Fault, faultsOf, faultsOfPlatforms, sentenceOf } from './composer-faults.ts'
import type { WebDeps, Workspace } from './env.ts'
import { formats } from './formats.ts'
import { overallPill } from './post-state.ts'
import type { View } from './render.ts'

/** How much of what is wrong is told: while a person writes softly, after a button was pressed as what stops it. */
export type Mood = 'writing' | 'save' | 'schedule' | 'now'

/** What the composer's templates show. */
export const composerView = (deps: WebDeps, workspace: Workspace, composer: Composer, mood: Mood): View => {
  const strict = mood !== 'writing'
  const faults = faultsIn(composer, mood, deps.now())
  const chosen = composer.channels.filter((one) => one.chosen && !one.sent)
  const { post, form } = composer
  const scheduled = post?.state === 'scheduled'
  return {
    post,
    form,
    strict,
    scheduled,
    base: `/w/${workspace.slug}`,
    heading: scheduled ? 'Edit post' : 'New post',
    pill: pillOf(deps, workspace, composer),
    scheduleLabel: scheduleLabel(deps, workspace, composer),
    faults: faults.map((fault) => ({ ...fault, sentence: sentenceOf(fault) })),
    at: byPlace(faults),
    channels: composer.channels,
    chosen: chosen.map((one) => channelView(composer, one, faults, strict)),
    platforms: [...new Map(chosen.map((one) => [one.platform.name, one.platform])).values()],
    previewed: chosen.some((one) => one.channel.id === form.preview) ? form.preview : chosen[0]?.channel.id,
    equals: composer.equals.map((one) => ({ ...one, label: accountOf(composer, one.channelId) })),
    equalWords,
    media: composer.media,
    picker: composer.picker,
    mediaFrozen: composer.mediaFrozen,
    maxUploadBytes: deps.config.media.maxUploadBytes,
    // The question stays in sight after it was answered, so that the answer can be changed.
    folds: composer.time?.choices ?? [],
    foldWords: composer.time && !composer.time.ok ? composer.time.words : 'This hour happens twice on that day. Which one?',
  }
}

/** As in "Facebook · Northside Records". */
const accountOf = (composer: Composer, channelId: string): string => {
  const one = composer.channels.find(({ channel }) => channel.id === channelId)
  return one ? `${one.platform.label} · ${one.channel.name}` : ''
}

/** What is said of an equal post; of all others that it is set for its time. */
const equalWords: Partial<Record<TargetState, string>> = {
  sending: 'is being sent since',
  processing: 'was sent',
  published: 'went out',
  unconfirmed: 'may have gone out',
}

/** A person who is still writing is told of broken rules and of a time that cannot be, not of what is still empty. */
const faultsIn = (composer: Composer, mood: Mood, nowMs: number): Fault[] => {
  if (mood === 'schedule' || mood === 'now') return faultsOf(composer, mood, nowMs)
  const time = faultsOf(composer, 'schedule', nowMs).filter((fault) => fault.place === 'time' && fault.rule !== 'time_missing')
  return mood === 'save' ? time.filter((fault) => fault.rule === 'time_unclear') : [...faultsOfPlatforms(composer), ...time]
}

const channelView = (composer: Composer, one: ChannelDraft, faults: Fault[], strict: boolean): View => {
  const notes = faults.filter((fault) => fault.channelId === one.channel.id && ['kind', 'settings'].includes(fault.place))
  const settings = one.faults.filter((fault) => fault.field === 'settings')
  return {
    ...one,
    label: labelOf(composer.channels, one),
    suggestedLabel: kindLabel(one.platform, one.suggested),
    kindLabel: kindLabel(one.platform, one.kind),
    frame: frameOf(one),
    notes,
    fields: one.platform.fieldsView
      ? {
          view: one.platform.fieldsView,
          data: {
            channel: one.channel,
            kind: one.kind,
            account: one.draft.accountFacts,
            values: one.values,
            faults: strict ? bySetting(settings) : {},
          },
        }
      : null,
  }
}

const kindLabel = (platform: Platform, kind: string): string => platform.kinds.find((one) => one.name === kind)?.label ?? kind

/** Where a platform stands the words: over the picture when it fills the screen, else as its kind says. */
const frameOf = (one: ChannelDraft): string => one.platform.kinds.find((kind) => kind.name === one.kind)?.frame ?? 'picture-first'

const bySetting = (faults: RuleFault[]): Record<string, string> =>
  Object.fromEntries(faults.map((fault) => [fault.setting ?? fault.rule, fault.words]))

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

const pillOf = (deps: WebDeps, workspace: Workspace, composer: Composer): View => {
  const { post } = composer
  const fmt = formats(workspace.zone, deps.now())
  if (!post) return { words: 'not saved yet', tone: '' }
  if (post.state === 'draft') return { words: `draft · saved ${fmt.when(post.updatedAt)}`, tone: '' }
  return overallPill(post.state, composer.targets)
}

const scheduleLabel = (deps: WebDeps, workspace: Workspace, composer: Composer): string => {
  const fmt = formats(workspace.zone, deps.now())
  const verb = composer.post?.state === 'scheduled' ? 'Save' : 'Schedule'
  return composer.time?.ok ? `${verb} · ${fmt.when(composer.time.dueAt)}` : verb
}
