import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { notify } from '../../db/notifications/notifications.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import type { Problem } from '../../platforms/errors.ts'
import { errorOfSubcode } from '../../platforms/graph/errors.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { invite } from '../people/story.ts'
import { cellar, operator, workspaces, zone } from './cast.ts'
import type { DemoFiles } from './files.ts'
import type { Place } from './past.ts'
import type { Cast } from './people.ts'
import { idAt, insertRows } from './rows.ts'
import type { SandboxControl } from './sandbox.ts'

const hourMs = 3_600_000

export const addCellar = (control: SandboxControl): Promise<unknown> =>
  control.post('/accounts/tiktok', {
    username: cellar,
    displayName: 'Northside Cellar',
    followers: 212,
  })

type Deps = { sql: Sql; control: SandboxControl; cast: Cast; now: Date }

/**
 * Adds problems to the first workspace: a failed post, an unconfirmed one, an expired account and
 * open invitations.
 */
export const breakThings = async (deps: Deps, place: Place, files: DemoFiles): Promise<void> => {
  await addRefused(deps, place, files)
  await addUnconfirmed(deps, place, files)
  await endCellar(deps)
  const ada = deps.cast.get(operator.email)!
  for (const { slug } of workspaces) await invite(ada, slug, 'manager')
}

/** Instagram restricts an account until someone resolves it there. */
const restricted: Problem = {
  ...errorOfSubcode(2207050, '').problem,
  traceId: 'AqX2nT9cWv0kPzL4mJd7bRs',
}

/**
 * Published on Facebook, refused by Instagram. Less than a day ago: the product reads its numbers
 * soon. A post without numbers for two days would be a gap, and Insights compare nothing beside one.
 */
const addRefused = async (
  { sql, control, now }: Deps,
  place: Place,
  files: DemoFiles,
): Promise<void> => {
  const text = 'Saturday hours: ten to six, the listening bar until eight.'
  const at = hoursAgo(now, 20)
  const post = postRow(place, { text, at, on: ['facebook', 'instagram'] })
  const { accountId } = place.channels.facebook!
  const audience = { views: 312, likes: 11, comments: 2, saved: 0, shares: 1 }
  const older = {
    platform: 'facebook',
    account: accountId,
    kind: 'text',
    text,
    createdAtMs: at.getTime(),
    media: [],
    audience,
  }
  const [out] = await control.post<{ id: string; permalink: string }[]>('/accounts/meta/history', [
    older,
  ])
  const confirmed_by = 'Facebook returned the post’s ID.'
  const bound = {
    platform_post_id: out!.id,
    permalink: out!.permalink,
    finished_at: at,
    published_at: at,
    confirmed_by,
  }
  const published = targetRow(place, post, 'facebook', {
    state: 'published',
    kind: 'photo',
    ...bound,
  })
  const failed = targetRow(place, post, 'instagram', {
    state: 'failed',
    kind: 'image',
    problem: restricted,
  })
  await tx(sql, async (t) => {
    await insertRows(t, 'posts', [post.row])
    await insertRows(t, 'post_media', [mediaRow(place, post, files, 6)])
    await insertRows(t, 'targets', [published])
    await insertRows(t, 'targets', [failed])
    await insertRows(t, 'attempts', [attemptRow(place, published, 'accepted')])
    await insertRows(t, 'attempts', [
      { ...attemptRow(place, failed, 'refused'), problem: restricted },
    ])
    const facts = { platform: 'instagram', kind: restricted.kind, code: restricted.code }
    await insertRows(t, 'events', [
      eventRow(published, 'target.published', { platform: 'facebook' }),
      eventRow(failed, 'target.failed', facts),
    ])
    const cause = `failed:${failed.id}:1:1`
    await notify(t, {
      workspaceId: place.workspaceId,
      kind: 'failed',
      cause,
      targetId: failed.id,
      to: 'both',
    })
  })
}

/**
 * The connection broke after sending, and reading from Instagram doesn't settle the outcome. The
 * post exists: the account's own page shows it.
 */
const addUnconfirmed = async (
  { sql, control, now }: Deps,
  place: Place,
  files: DemoFiles,
): Promise<void> => {
  const text = 'Needle down: The Low Tides, thirty seconds of ‘Slow Water’.'
  const at = hoursAgo(now, 15)
  const post = postRow(place, { text, at, on: ['instagram'] })
  const words = 'Instagram reports this post as published, but its list doesn’t show the post yet.'
  const target = targetRow(place, post, 'instagram', {
    state: 'unconfirmed',
    kind: 'image',
    waiting_for: words,
  })
  const audience = { views: 880, likes: 61, comments: 4, saved: 9, shares: 6 }
  const media = [files.pictures[10]!.sha256]
  const { accountId } = place.channels.instagram!
  const older = {
    platform: 'instagram',
    account: accountId,
    kind: 'image',
    text,
    createdAtMs: at.getTime() + 900,
    media,
    audience,
  }
  await control.post('/accounts/meta/history', [older])
  await tx(sql, async (t) => {
    await insertRows(t, 'posts', [post.row])
    await insertRows(t, 'post_media', [mediaRow(place, post, files, 10)])
    await insertRows(t, 'targets', [target])
    await insertRows(t, 'attempts', [
      { ...attemptRow(place, target, 'unknown'), looks: 9, proof: words },
    ])
    await insertRows(t, 'events', [
      eventRow(target, 'target.unconfirmed', { platform: 'instagram' }),
    ])
    const cause = `unconfirmed:${target.id}:1:1`
    await notify(t, {
      workspaceId: place.workspaceId,
      kind: 'unconfirmed',
      cause,
      targetId: target.id,
      to: 'both',
    })
  })
}

/**
 * Expires both tokens of the second TikTok account. Someone checks the account, and a workflow
 * finds out.
 */
const endCellar = async ({ sql, control, cast }: Deps): Promise<void> => {
  await control.post(`/accounts/tiktok/${cellar}/expire-tokens`, { access: true, refresh: true })
  const page = await cast.get(operator.email)!.open(`/w/${workspaces[0]!.slug}/channels`)
  const checked = await page.press('Check now: Northside Cellar')
  if (checked.status !== 200)
    throw new Error(
      `checking the account answered ${checked.status}: ${checked.text.slice(0, 300)}`,
    )
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await pause(100)) {
    const [found] = await sql`select from channels where handle = ${cellar} and state = 'reconnect'`
    if (found) return
  }
  throw new Error('nobody found out within a minute that the account had ended')
}

/** A full hour, this many hours ago. */
const hoursAgo = (now: Date, hours: number): Date =>
  new Date(Math.floor(now.getTime() / hourMs - hours) * hourMs)

type Post = { id: string; at: Date; text: string; row: Record<string, unknown> }

const kinds: Record<string, string> = { facebook: 'photo', instagram: 'image' }

const postRow = (
  place: Place,
  { text, at, on }: { text: string; at: Date; on: ('facebook' | 'instagram')[] },
): Post => {
  const writtenAt = new Date(at.getTime() - 30 * hourMs)
  const id = idAt(writtenAt)
  const choices = Object.fromEntries(
    on.map((name) => [place.channels[name]!.id, { kind: kinds[name], settings: {} }]),
  )
  const time = { due_at: at, wall_time: wallTimeOf(at, zone), zone }
  const by = { created_by: place.writers[0], created_at: writtenAt, updated_at: writtenAt }
  return {
    id,
    at,
    text,
    row: { id, workspace_id: place.workspaceId, state: 'scheduled', text, choices, ...time, ...by },
  }
}

const mediaRow = (place: Place, post: Post, files: DemoFiles, number: number) => {
  const file = files.pictures[number]!
  return {
    post_id: post.id,
    media_id: file.id,
    workspace_id: place.workspaceId,
    position: 1,
    alt_text: file.altText,
  }
}

const targetRow = (
  place: Place,
  post: Post,
  platform: 'facebook' | 'instagram',
  more: Record<string, unknown> & { kind: string },
) => ({
  id: idAt(post.at),
  workspace_id: place.workspaceId,
  post_id: post.id,
  channel_id: place.channels[platform]!.id,
  platform,
  text: post.text,
  due_at: post.at,
  state_at: new Date(post.at.getTime() + 2_400),
  sent_at: new Date(post.at.getTime() + 180),
  attempt_number: 1,
  ...more,
})

const attemptRow = (
  place: Place,
  target: { id: string; sent_at: Date; text: string },
  outcome: string,
) => ({
  id: idAt(target.sent_at),
  workspace_id: place.workspaceId,
  target_id: target.id,
  number: 1,
  revision: 1,
  fingerprint: createHash('sha256').update(target.text).digest(),
  claimed_at: target.sent_at,
  sent_at: target.sent_at,
  ended_at: new Date(target.sent_at.getTime() + 1_900),
  outcome,
})

/** At the time of the target's outcome, for its history. */
const eventRow = (
  target: { id: string; workspace_id: string; state_at: Date },
  name: string,
  facts: Record<string, unknown>,
) => ({
  id: idAt(target.state_at),
  workspace_id: target.workspace_id,
  user_id: null,
  subject_id: target.id,
  at: target.state_at,
  name,
  facts,
})
