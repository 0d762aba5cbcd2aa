import { type ComposeChannel, findChannelsToCompose } from '../../db/channels/account-facts.ts'
import type { Role } from '../../db/people/memberships.ts'
import { findLinkTags } from '../../db/people/workspaces.ts'
import type { Db } from '../../db/postgres/connect.ts'
import { listCaptionNames } from '../../db/posts/captions/captions.ts'
import { type ComposedMedia, listComposedMedia } from '../../db/posts/composed-media.ts'
import { type EqualPost, listEqualPosts } from '../../db/posts/equal-posts.ts'
import { type Label, listLabels } from '../../db/posts/labels/labels.ts'
import { listMediaByIds, listNewestMedia, type Media } from '../../db/posts/media.ts'
import type { PostRow } from '../../db/posts/posts.ts'
import { getReviewSettings, type ReviewScope } from '../../db/posts/reviews/settings.ts'
import { findSeries, listRunningSeries, type SeriesRow } from '../../db/posts/series/series.ts'
import { isSent, type TargetState } from '../../db/posts/target-states.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import { canonicalEdits } from '../../media/edits.ts'
import { firstCommentOf } from '../../platforms/first-comment.ts'
import type { DraftForChannel, Platform, RuleFault } from '../../platforms/platform.ts'
import type { PostKind } from '../../platforms/post-kind.ts'
import { judge } from '../../posting/channel-draft.ts'
import { freshFacts } from '../channels/account-facts.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import type { LinkTags } from './links/tags.ts'
import type { Planned, TimeNote } from './neighbors.ts'
import type { PostForm } from './post-form.ts'
import type { Plan } from './when/plan.ts'
import { loadTimeNotes, loadTimes, type Times } from './when/times.ts'

/** Everything the composer shows: the form as typed, and the results of the platforms' checks. */
export type Composer = Times & {
  workspace: Workspace
  post: PostRow | null
  form: PostForm
  /** The chosen accounts, and the others that are offered. */
  channels: ChannelDraft[]
  /** The number of connected accounts in the workspace. */
  accounts: number
  media: ComposedMedia[]
  /** Whether the form names a file that was deleted. */
  lostFiles: boolean
  /** All labels of the workspace. */
  labels: Label[]
  /** The saved captions of the workspace, without their texts. */
  captions: Awaited<ReturnType<typeof listCaptionNames>>
  /** The campaign tags that the workspace used last. */
  linkTags: Partial<LinkTags>
  /** Files of the workspace that can be added. */
  picker: Media[]
  /** True if the post was sent to an account: its files can't be changed any more. */
  mediaFrozen: boolean
  targets: TargetRow[]
  reviewOf: ReviewScope
  /** Whether this person can't publish it alone. Set by the routes, which know the person's role. */
  asksFirst: boolean
  /** Posts with the same content for the same account within a day. */
  equals: EqualPost[]
  /** Other posts that are close to that time on the same accounts. */
  timeNotes: TimeNote[]
  /** A time that is far enough from those posts, if there are any. */
  freeTime: Date | null
  /** The series that the post is an occurrence of. */
  series: SeriesRow | null
  /** How many series of the workspace run, if the post is to start another. */
  runningSeries: number
}

/** What the rules need to judge a post, wherever it was written. */
export type ToJudge = Pick<
  Composer,
  | ('workspace' | 'post' | 'form' | 'channels' | 'media' | 'time' | 'plan' | 'slots' | 'asksFirst')
  | ('series' | 'runningSeries' | 'targets')
>

/** One connected account in the composer. */
export type ChannelDraft = {
  channel: ComposeChannel
  platform: Platform
  chosen: boolean
  /** The state of its target once it was sent. It can't be edited from then on. */
  sent: TargetState | null
  /** The kind it will be published as: chosen by the person, or suggested. */
  kind: string
  suggested: string
  draft: DraftForChannel
  textLimit: number
  textUnit: PostKind['textUnit']
  textLength: number
  faults: RuleFault[]
  /** The platform's own fields as typed or stored, for its part of the form. */
  values: Record<string, string>
  /**
   * Why fresh facts could not be loaded from the account. Null if they were, or if none were
   * needed.
   */
  notAsked: string | null
}

/**
 * Whether a post has to be approved before it goes out, if this person saves it now: the workspace
 * requires it, or someone asked for it.
 */
export const withRole = (composer: Composer, role: Role): Composer => {
  const { reviewOf, post } = composer
  const isOpen = Boolean(post?.review) && post?.review !== 'approved'
  const asksFirst = isOpen || reviewOf === 'all' || (reviewOf === 'managers' && role !== 'admin')
  return { ...composer, asksFirst }
}

const pickerSize = 24

/**
 * Loads the composer's data and lets every chosen platform check the post. With `ask`, fresh facts
 * may be requested from the accounts.
 */
export const loadComposer = async (
  deps: WebDeps,
  workspace: Workspace,
  post: PostRow | null,
  form: PostForm,
  ask: boolean,
): Promise<Composer> => {
  const [recent, labels, captions, linkTags, targets, { reviewOf }] = await Promise.all([
    listNewestMedia(deps.sql, workspace.id, pickerSize),
    listLabels(deps.sql, workspace.id),
    listCaptionNames(deps.sql, workspace.id),
    findLinkTags(deps.sql, workspace.id),
    post ? listTargets(deps.sql, { workspaceId: workspace.id, postId: post.id }) : [],
    getReviewSettings(deps.sql, workspace.id),
  ])
  const sent = targets.filter((target) => isSent(target.state)).map((target) => target.channelId)
  const wanted = { kept: [...form.channels, ...sent], find: form.find }
  const mediaFrozen = targets.some((target) => isSent(target.state))
  const stored = post && mediaFrozen ? { workspaceId: workspace.id, postId: post.id } : null
  const [{ channels, total }, media] = await Promise.all([
    findChannelsToCompose(deps.sql, workspace.id, wanted),
    stored ? listComposedMedia(deps.sql, stored) : mediaOf(deps, workspace, form),
  ])
  const asked = ask
    ? await freshFacts(deps, workspace.id, chosenOf(channels, form, targets))
    : new Map<string, string>()
  const own = {
    ...form,
    labels: labels.filter(({ id }) => form.labels.includes(id)).map(({ id }) => id),
    media: media.map(({ id, altText, edits }) => ({ id, altText, edits })),
  }
  const drafts = channels.flatMap((channel) => {
    const platform = deps.platforms.platforms.get(channel.platform)
    return platform
      ? [draftFor(channel, platform, own, media, targets, asked.get(channel.id) ?? null)]
      : []
  })
  const of = { workspace, post, targets, form, planned: plannedOf(drafts) }
  const times = await loadTimes(deps, of)
  const content = { now: times.now, post, channels: drafts, media }
  const [equals, notes, repeats] = await Promise.all([
    equalPosts(deps.sql, workspace.id, content, times.plan),
    loadTimeNotes(deps, of, times, media),
    loadSeries(deps.sql, workspace.id, post, form),
  ])
  return {
    ...times,
    ...notes,
    ...repeats,
    workspace,
    post,
    form: own,
    channels: drafts,
    accounts: total,
    media,
    lostFiles: !stored && new Set(form.media.map(({ id }) => id)).size > media.length,
    labels,
    captions,
    linkTags,
    picker: recent.filter((item) => !media.some((chosen) => chosen.id === item.id)),
    mediaFrozen,
    targets,
    equals,
    reviewOf,
    asksFirst: false,
  }
}

const loadSeries = async (
  sql: Db,
  workspaceId: string,
  post: PostRow | null,
  form: PostForm,
): Promise<Pick<Composer, 'series' | 'runningSeries'>> => ({
  series: post?.seriesId ? await findSeries(sql, { workspaceId, seriesId: post.seriesId }) : null,
  runningSeries:
    form.repeat && !post?.seriesId ? (await listRunningSeries(sql, workspaceId)).length : 0,
})

const plannedOf = (drafts: ChannelDraft[]): Planned[] =>
  drafts
    .filter((one) => one.chosen && !one.sent)
    .map(({ channel, platform, kind }) => ({
      channelId: channel.id,
      accountName: channel.name,
      platform,
      kind,
    }))

/**
 * Posts with the same content for one of the same accounts within a day of its time there, or of now
 * if it has none. Empty if this post has neither text nor files.
 */
export const equalPosts = (
  sql: Db,
  workspaceId: string,
  { now, post, channels, media }: Pick<Composer, 'now' | 'post' | 'channels' | 'media'>,
  plan: Plan,
): Promise<EqualPost[]> | EqualPost[] => {
  const chosen = channels.filter((one) => one.chosen && !one.sent)
  if (chosen.every((one) => one.draft.text === '') && media.length === 0) return []
  return listEqualPosts(sql, {
    workspaceId,
    postId: post?.id ?? null,
    media: media.map(({ id, edits }) => ({ id, edits: canonicalEdits(edits) })),
    targets: chosen.map(({ channel, kind, draft }) => ({
      channelId: channel.id,
      kind,
      text: draft.text,
      link: draft.link,
      firstComment: firstCommentOf(draft.settings),
      dueAt: plan.get(channel.id)?.dueAt ?? now,
    })),
  })
}

const mediaOf = async (
  deps: WebDeps,
  workspace: Workspace,
  form: PostForm,
): Promise<ComposedMedia[]> => {
  if (form.media.length === 0) return []
  const typed = new Map(form.media.map((item) => [item.id, item]))
  const found = await listMediaByIds(deps.sql, workspace.id, [...typed.keys()])
  return found.map((item) => ({
    ...item,
    altText: typed.get(item.id)?.altText ?? item.altText,
    edits: typed.get(item.id)?.edits ?? null,
  }))
}

const chosenOf = (
  channels: ComposeChannel[],
  form: PostForm,
  targets: TargetRow[],
): ComposeChannel[] =>
  channels.filter(
    (channel) => form.channels.includes(channel.id) && !sentStateOf(targets, channel.id),
  )

/** What the post is on an account, judged by its platform. */
export const draftFor = (
  channel: ComposeChannel,
  platform: Platform,
  form: PostForm,
  media: ComposedMedia[],
  targets: TargetRow[],
  notAsked: string | null,
): ChannelDraft => {
  const { kind, suggested, draft, values, faults } = judge(channel, platform, form, media)
  const { text } = draft
  const facts = platform.kinds.find((one) => one.name === kind)
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
    textLimit: facts?.textLimit ?? 0,
    textUnit: facts?.textUnit,
    textLength: facts?.textUnit === 'utf-16' ? text.length : [...text].length,
    faults: chosen && !sent ? faults : [],
    values,
    notAsked,
  }
}

const sentStateOf = (targets: TargetRow[], channelId: string): TargetState | null =>
  targets.find((target) => target.channelId === channelId && isSent(target.state))?.state ?? null

/**
 * The platform's label, followed by the account's name if several chosen accounts share the
 * platform.
 */
export const labelOf = (channels: ChannelDraft[], one: ChannelDraft): string => {
  const alike = channels.filter(
    (other) => other.chosen && other.platform.name === one.platform.name,
  )
  return alike.length > 1 ? `${one.platform.label} · ${one.channel.name}` : one.platform.label
}
