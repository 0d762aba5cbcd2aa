import { createHash, randomBytes } from 'node:crypto'
import type { Db } from '../../db/postgres/connect.ts'
import type { DemoPlatform, DemoWorkspace } from './cast.ts'
import { zone } from './cast.ts'
import { createDice, type Dice } from './dice.ts'
import { clipMs, type DemoFile, type DemoFiles } from './files.ts'
import { type PastPost, planPast } from './plan.ts'
import type { Audience } from './reception.ts'
import { idAt, insertRows } from './rows.ts'
import type { SandboxControl } from './sandbox.ts'

/** A workspace in the database. */
export type Place = {
  workspaceId: string
  /** Channel and account ids, by platform. */
  channels: Partial<Record<DemoPlatform, { id: string; accountId: string }>>
  /** User ids of the people who write posts. */
  writers: string[]
}

/** A published target, with what its numbers depend on. */
export type PastTarget = {
  id: string
  channelId: string
  platform: DemoPlatform
  kind: string
  publishedAt: Date
  audience: Audience
}

type Deps = { control: SandboxControl; now: Date }
type Rows = Record<
  'posts' | 'media' | 'post_media' | 'targets' | 'attempts' | 'events',
  Record<string, unknown>[]
>

const dayMs = 86_400_000
/** promise: R4: files of older posts are deleted, as in a real installation. */
const keptMs = 90 * dayMs

/** Published posts, with their ids and URLs at the platforms. */
export type Past = { plan: PastPost[]; known: Known[] }

/** Creates twelve months of posts at the platforms. */
export const bringToPlatforms = async (
  deps: Deps,
  workspace: DemoWorkspace,
  files: DemoFiles,
): Promise<Past> => {
  const plan = planPast(workspace, deps.now)
  return { plan, known: await atPlatforms(deps.control, workspace, plan, files) }
}

/** Writes the same posts to the database. */
export const writePast = async (
  deps: { sql: Db; now: Date },
  workspace: DemoWorkspace,
  { place, files, past: { plan, known } }: { place: Place; files: DemoFiles; past: Past },
): Promise<PastTarget[]> => {
  const dice = createDice(workspace.seed + 1)
  const rows: Rows = { posts: [], media: [], post_media: [], targets: [], attempts: [], events: [] }
  const targets = plan.flatMap((post, index) =>
    addPost(rows, { ...deps, dice, place, files }, post, known[index]!),
  )
  for (const [table, some] of Object.entries(rows)) await insertRows(deps.sql, table, some)
  return targets
}

type Known = Map<string, { id: string; permalink: string }>

/** Creates the posts in the sandbox, so that their links work and they can be measured. */
export const atPlatforms = async (
  control: SandboxControl,
  workspace: DemoWorkspace,
  plan: PastPost[],
  files: DemoFiles,
): Promise<Known[]> => {
  const known: Known[] = plan.map(() => new Map())
  const wanted = plan.flatMap((post, index) =>
    post.targets.map((target) => ({ post, index, ...target })),
  )
  const older = wanted.filter(({ platform }) => platform !== 'tiktok')
  const meta = older.map(({ post, platform, kind, audience }) => ({
    platform,
    account: workspace.meta.accounts[platform]?.id,
    kind: kind === 'photos' ? 'photo' : kind,
    text: post.text,
    createdAtMs: post.at.getTime(),
    media: shown(post, kind, files).map((file) => file.sha256),
    audience,
  }))
  const videos = wanted.filter(({ platform }) => platform === 'tiktok')
  const tiktok = videos.map(({ post, kind, audience: { saved: _none, ...audience } }) => ({
    username: workspace.tiktok?.username,
    title: post.text,
    createdAtMs: post.at.getTime(),
    media: shown(post, kind, files)[0]?.sha256,
    audience,
  }))
  const [metaKnown, tiktokKnown] = await Promise.all([
    control.post<{ id: string; permalink: string }[]>('/accounts/meta/history', meta),
    control.post<{ id: string; permalink: string }[]>('/accounts/tiktok/history', tiktok),
  ])
  for (const [at, { index, platform }] of older.entries())
    known[index]!.set(platform, metaKnown[at]!)
  for (const [at, { index, platform }] of videos.entries())
    known[index]!.set(platform, tiktokKnown[at]!)
  return known
}

/** The files that a post shows. */
const shown = (post: PastPost, kind: string, files: DemoFiles): DemoFile[] =>
  kind === 'reel' || kind === 'video'
    ? [files.videos[(post.pictures[0] ?? 0) % files.videos.length]!]
    : post.pictures.map((number) => files.pictures[number]!)

type Given = { now: Date; dice: Dice; place: Place; files: DemoFiles }

const addPost = (rows: Rows, given: Given, post: PastPost, known: Known): PastTarget[] => {
  const { dice, place, now } = given
  const workspace_id = place.workspaceId
  const writtenAt = new Date(
    post.at.getTime() - dice.whole(1, 6) * dayMs - dice.between(0, 1.5) * 3_600_000,
  )
  const [id, author] = [idAt(writtenAt), dice.pick(place.writers)]
  const at = { due_at: post.at, wall_time: post.wallTime, zone }
  const wheres = post.targets.map((target) => ({
    ...target,
    channelId: place.channels[target.platform]?.id ?? '',
  }))
  const choices = Object.fromEntries(
    wheres.map(({ channelId, platform, kind }) => [
      channelId,
      { kind, settings: settingsOf(platform) },
    ]),
  )
  const written = { created_by: author, created_at: writtenAt, updated_at: writtenAt }
  rows.posts.push({
    id,
    workspace_id,
    state: 'scheduled',
    text: post.text,
    choices,
    ...at,
    ...written,
  })
  const used = shown(post, post.targets[0]!.kind, given.files)
  const kept = post.at.getTime() > now.getTime() - keptMs
  for (const [index, file] of used.entries()) {
    const media_id = kept
      ? file.id
      : addGone(rows, { workspace_id, author, post, now, isVideo: post.series === 'reel' })
    rows.post_media.push({
      post_id: id,
      media_id,
      workspace_id,
      position: index + 1,
      alt_text: file.altText,
    })
  }
  const event = {
    workspace_id,
    user_id: author,
    name: 'post.scheduled',
    subject_id: id,
    facts: { due_at: post.at.toISOString() },
  }
  rows.events.push({ id: idAt(writtenAt), at: writtenAt, ...event })
  return wheres.map((where) =>
    addTarget(rows, { ...given, post, postId: id, where, answer: known.get(where.platform)! }),
  )
}

const settingsOf = (platform: DemoPlatform) =>
  platform === 'tiktok'
    ? {
        privacy_level: 'PUBLIC_TO_EVERYONE',
        allow_comment: true,
        allow_duet: false,
        allow_stitch: false,
      }
    : {}

type Gone = { workspace_id: string; author: string; post: PastPost; now: Date; isVideo: boolean }

/** Adds the row of a deleted file, as the nightly cleanup leaves it. */
const addGone = (rows: Rows, { workspace_id, author, post, isVideo }: Gone): string => {
  const uploaded_at = new Date(post.at.getTime() - 7 * dayMs)
  const id = idAt(uploaded_at)
  const gone = new Date(Math.ceil((post.at.getTime() + keptMs) / dayMs) * dayMs + 3 * 3_600_000)
  const video = {
    kind: 'video',
    content_type: 'video/mp4',
    file_name: 'needle-down.mp4',
    width: 544,
    height: 960,
    duration_ms: clipMs,
  }
  const image = {
    kind: 'image',
    content_type: 'image/jpeg',
    file_name: 'sleeve.jpg',
    width: 1080,
    height: 1080,
    duration_ms: null,
  }
  rows.media.push({
    id,
    workspace_id,
    ...(isVideo ? video : image),
    video_codec: isVideo ? 'avc' : null,
    size_bytes: 84_000,
    sha256: randomBytes(32),
    store_key: randomBytes(24).toString('base64url'),
    thumbnail_key: randomBytes(24).toString('base64url'),
    uploaded_by: author,
    uploaded_at,
    purged_at: gone,
    files_removed_at: gone,
  })
  return id
}

type Sent = Given & {
  post: PastPost
  postId: string
  where: { channelId: string; platform: DemoPlatform; kind: string; audience: Audience }
  answer: { id: string; permalink: string }
}
/** How long a platform takes to publish after the call, and what confirms it. */
const proofs: Record<DemoPlatform, { takesMs: [number, number]; words: string }> = {
  facebook: { takesMs: [350, 1_400], words: 'Facebook returned the post’s ID.' },
  instagram: { takesMs: [600, 2_600], words: 'Instagram returned the post’s ID.' },
  tiktok: { takesMs: [21_000, 74_000], words: 'TikTok reports the post as published' },
}

const addTarget = (rows: Rows, { dice, place, post, postId, where, answer }: Sent): PastTarget => {
  const { channelId, platform, kind, audience } = where
  const proof = proofs[platform]
  const sentAt = new Date(post.at.getTime() + dice.whole(40, 420))
  const publishedAt = new Date(sentAt.getTime() + dice.whole(...proof.takesMs))
  const finishedAt = new Date(publishedAt.getTime() + dice.whole(300, 1_900))
  const id = idAt(new Date(post.at.getTime() - 3_600_000))
  const workspace_id = place.workspaceId
  const settings = settingsOf(platform)
  rows.targets.push({
    id,
    workspace_id,
    post_id: postId,
    channel_id: channelId,
    platform,
    kind,
    text: post.text,
    settings,
    due_at: post.at,
    state: 'published',
    state_at: publishedAt,
    attempt_number: 1,
    platform_post_id: answer.id,
    permalink: answer.permalink,
    sent_at: sentAt,
    published_at: publishedAt,
    confirmed_by: proof.words,
    finished_at: finishedAt,
  })
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([channelId, kind, post.text, null, settings, []]))
    .digest()
  const attempt = {
    claimed_at: sentAt,
    sent_at: sentAt,
    ended_at: publishedAt,
    outcome: 'accepted',
    fingerprint,
  }
  rows.attempts.push({
    id: idAt(sentAt),
    workspace_id,
    target_id: id,
    number: 1,
    revision: 1,
    ...attempt,
  })
  const event = {
    workspace_id,
    user_id: null,
    name: 'target.published',
    subject_id: id,
    facts: { platform },
  }
  rows.events.push({ id: idAt(publishedAt), at: publishedAt, ...event })
  return { id, channelId, platform, kind, publishedAt, audience }
}
