import { type ComposeChannel, listChannelsToCompose } from '../db/account-facts.ts'
import { type ComposedMedia, listComposedMedia } from '../db/composed-media.ts'
import type { Db } from '../db/connect.ts'
import { type EqualPost, listEqualPosts } from '../db/equal-posts.ts'
import { listMedia, listMediaByIds, type Media } from '../db/media.ts'
import type { PostRow } from '../db/posts.ts'
import { isSent, type TargetState } from '../db/target-states.ts'
import { listTargets, type TargetRow } from '../db/targets.ts'
import type { DraftForChannel, JsonRecord, Platform, RuleFault } from '../platforms/platform.ts'
import { freshFacts } from './account-facts.ts'
import type { WebDeps, Workspace } from './env.ts'
import type { PostForm } from './post-form.ts'
import { readWallTime, type WallTime } from './wall-time.ts'

/** Everything the composer shows: the form as typed, and what the platforms make of it. */
export type Composer = {
  post: PostRow | null
  form: PostForm
  channels: ChannelDraft[]
  media: ComposedMedia[]
  /** Files of the workspace that can be added. */
  picker: Media[]
  /** Something went out with these files: they stay as they are. */
  mediaFrozen: boolean
  targets: TargetRow[]
  /** Posts that say the same to the same account within a day. */
  equals: EqualPost[]
  /** Null while no time is typed. */
  time: WallTime | null
}

/** One connected account in the composer. */
export type ChannelDraft = {
  channel: ComposeChannel
  platform: Platform
  chosen: boolean
  /** State of its target once that has left: nothing of it can be changed any more. */
  sent: TargetState | null
  /** As it will go out: chosen by the person, or suggested. */
  kind: string
  suggested: string
  draft: DraftForChannel
  textLimit: number
  textLength: number
  faults: RuleFault[]
  /** The platform's own fields as typed or stored, for its part of the form. */
  values: Record<string, string>
  /** Why the account could not be asked just now; null when it was or need not be. */
  notAsked: string | null
}

const pickerSize = 24

/** Loads what the form speaks of and lets every chosen platform check it. `ask`: accounts may be asked for fresh facts. */
export const loadComposer = async (
  deps: WebDeps,
  workspace: Workspace,
  post: PostRow | null,
  form: PostForm,
  ask: boolean,
): Promise<Composer> => {
  const [channels, recent, targets] = await Promise.all([
    listChannelsToCompose(deps.sql, workspace.id, form.channels),
    listMedia(deps.sql, workspace.id, { limit: pickerSize }),
    post ? listTargets(deps.sql, { workspaceId: workspace.id, postId: post.id }) : [],
  ])
  const mediaFrozen = targets.some((target) => isSent(target.state))
  const stored = post && mediaFrozen ? { workspaceId: workspace.id, postId: post.id } : null
  const media = stored ? await listComposedMedia(deps.sql, stored) : await mediaOf(deps, workspace, form)
  const asked = ask ? await freshFacts(deps, workspace.id, chosenOf(channels, form, targets)) : new Map<string, string>()
  const own = { ...form, media: media.map(({ id, altText }) => ({ id, altText })) }
  const drafts = channels.flatMap((channel) => {
    const platform = deps.platforms.platforms.get(channel.platform)
    return platform ? [draftFor(channel, platform, own, media, targets, asked.get(channel.id) ?? null)] : []
  })
  const time = form.time === '' ? null : readWallTime(form.time, workspace.zone, form.fold)
  const dueAt = form.act !== 'now' && time?.ok ? time.dueAt : new Date(deps.now())
  return {
    post,
    form: own,
    channels: drafts,
    media,
    picker: recent.filter((item) => !media.some((chosen) => chosen.id === item.id)),
    mediaFrozen,
    targets,
    equals: await equalPosts(deps.sql, workspace.id, { post, channels: drafts, media }, dueAt),
    time,
  }
}

/** Posts that say the same as this one to one of its accounts within a day of this time. Nothing at all equals nothing. */
export const equalPosts = (
  sql: Db,
  workspaceId: string,
  { post, channels, media }: Pick<Composer, 'post' | 'channels' | 'media'>,
  dueAt: Date,
): Promise<EqualPost[]> | EqualPost[] => {
  const chosen = channels.filter((one) => one.chosen && !one.sent)
  if (chosen.every((one) => one.draft.text === '') && media.length === 0) return []
  return listEqualPosts(sql, {
    workspaceId,
    postId: post?.id ?? null,
    dueAt,
    mediaIds: media.map((item) => item.id),
    targets: chosen.map((one) => ({ channelId: one.channel.id, text: one.draft.text, link: one.draft.link })),
  })
}

const mediaOf = async (deps: WebDeps, workspace: Workspace, form: PostForm): Promise<ComposedMedia[]> => {
  const altTexts = new Map(form.media.map((item) => [item.id, item.altText]))
  const found = await listMediaByIds(deps.sql, workspace.id, [...altTexts.keys()])
  return found.map((item) => ({ ...item, altText: altTexts.get(item.id) ?? '' }))
}

const chosenOf = (channels: ComposeChannel[], form: PostForm, targets: TargetRow[]): ComposeChannel[] =>
  channels.filter((channel) => form.channels.includes(channel.id) && !sentStateOf(targets, channel.id))

const draftFor = (
  channel: ComposeChannel,
  platform: Platform,
  form: PostForm,
  media: ComposedMedia[],
  targets: TargetRow[],
  notAsked: string | null,
): ChannelDraft => {
  const text = form.variants[channel.platform] || form.text
  const link = form.link || null
  const suggested = platform.suggestKind({ text, link, media })
  const typed = form.kinds[channel.id] ?? ''
  const kind = platform.kinds.some((one) => one.name === typed) ? typed : suggested
  const values = form.fields[channel.id] ?? {}
  const settings = platform.readSettings(kind, values)
  const draft = { kind, text, link, media, settings, accountFacts: channel.accountFacts }
  const sent = sentStateOf(targets, channel.id)
  const chosen = form.channels.includes(channel.id) || sent !== null
  return {
    channel,
    platform,
    chosen,
    sent,
    kind,
    suggested,
    draft,
    textLimit: platform.kinds.find((one) => one.name === kind)?.textLimit ?? 0,
    textLength: [...text].length,
    faults: chosen && !sent ? platform.check(draft) : [],
    values,
    notAsked,
  }
}

const sentStateOf = (targets: TargetRow[], channelId: string): TargetState | null =>
  targets.find((target) => target.channelId === channelId && isSent(target.state))?.state ?? null

/** Stored settings → the values of the form's fields. */
export const valuesOf = (settings: JsonRecord): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null && value !== false && typeof value !== 'object')
      .map(([name, value]) => [name, String(value)]),
  )

/** The platform's label, with the account's name where it alone would not tell which. */
export const labelOf = (channels: ChannelDraft[], one: ChannelDraft): string => {
  const alike = channels.filter((other) => other.chosen && other.platform.name === one.platform.name)
  return alike.length > 1 ? `${one.platform.label} · ${one.channel.name}` : one.platform.label
}
