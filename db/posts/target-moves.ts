import type postgres from 'postgres'
import type { JsonRecord } from '../../platforms/json.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { HeldPost } from './post-locks.ts'
import { reviveRenditions } from './renditions.ts'
import { askForReview, reviewMoved } from './reviews/reviews.ts'
import type { TargetState } from './target-states.ts'
import { type Moved, transition } from './target-transitions.ts'

/**
 * What a person's action did to one target. This is correct immediately, even if Temporal is down.
 */
export type TargetChange = {
  targetId: string
  platform: string
  channelName: string
  before: TargetState
  after: TargetState
  changed: boolean
  /** Why nothing was changed, as the end of a sentence: "is already published". */
  refusal: string | null
}

export type TargetToSchedule = {
  channelId: string
  platform: string
  kind: string
  text: string
  link: string | null
  settings: JsonRecord
  dueAt: Date
  /** It takes a free slot of its account. */
  queued: boolean
}

type Transaction = postgres.TransactionSql
type Locked = {
  id: string
  channelId: string
  platform: string
  channelName: string
  state: TargetState
}

/**
 * Updates the targets of a post to what the person chose: adds new ones, gives the new content and
 * each its time to unsent, failed, missed and canceled ones, and cancels unsent ones that are no longer
 * chosen. Sent ones stay as they are. Asks for approval if the workspace requires it, or `isAsked`.
 */
export const scheduleTargets = async (
  t: Transaction,
  post: HeldPost,
  targets: TargetToSchedule[],
  { isAsked = false } = {},
): Promise<TargetChange[]> => {
  const before = await lockTargets(t, post)
  const chosen = new Set(targets.map((target) => target.channelId))
  const dropped = before.filter((target) => !chosen.has(target.channelId))
  const changes = await eachInTurn(targets, (target) =>
    scheduleOne(
      t,
      post,
      target,
      before.find((row) => row.channelId === target.channelId),
    ),
  )
  const canceled = await eachInTurn(dropped, (target) => cancelOne(t, target))
  await askForReview(t, post, { isAsked })
  return [...changes, ...canceled]
}

/**
 * Reschedules, or publishes now: all unsent and missed targets get the new time and keep their
 * content.
 */
export const movePost = async (
  t: Transaction,
  post: HeldPost,
  dueAt: Date,
): Promise<TargetChange[]> =>
  thenTell(t, post, await lockTargets(t, post), (target) => moveOne(t, target, dueAt, 'move'))

/** Cancels all unsent targets. */
export const cancelPost = async (t: Transaction, post: HeldPost): Promise<TargetChange[]> =>
  thenTell(t, post, await lockTargets(t, post), (target) => cancelOne(t, target))

export const cancelTarget = async (
  t: Transaction,
  post: HeldPost,
  targetId: string,
): Promise<TargetChange[]> =>
  thenTell(t, post, await lockTarget(t, post, targetId), (target) => cancelOne(t, target))

/**
 * Sends one refused, missed or canceled target again, and makes its files again if that failed.
 * Doesn't touch the other targets.
 */
export const retryTarget = async (
  t: Transaction,
  post: HeldPost,
  retry: { targetId: string; dueAt: Date },
): Promise<TargetChange[]> => {
  await reviveRenditions(t, { workspaceId: post.workspaceId, postId: post.id })
  return thenTell(t, post, await lockTarget(t, post, retry.targetId), (target) =>
    moveOne(t, target, retry.dueAt, 'retry'),
  )
}

/** The review of the post, if there is one, follows its times. */
const thenTell = async (
  t: Transaction,
  post: HeldPost,
  targets: Locked[],
  work: (target: Locked) => Promise<TargetChange>,
): Promise<TargetChange[]> => {
  const changes = await eachInTurn(targets, work)
  await reviewMoved(t, post)
  return changes
}

/**
 * Locks in the order of ids, like all code that locks several. Returns the targets in display
 * order.
 */
const lockTargets = async (t: Transaction, post: HeldPost): Promise<Locked[]> => {
  await t`select from targets where post_id = ${post.id} order by id for no key update`
  return t<Locked[]>`
    select t.id, t.channel_id, t.platform, c.name as channel_name, t.state
    from targets t join channels c on c.id = t.channel_id
    where t.workspace_id = ${post.workspaceId} and t.post_id = ${post.id}
    order by c.platform, c.name, t.id`
}

export const lockTarget = (
  t: Transaction,
  post: HeldPost,
  targetId: string,
): Promise<Locked[]> => t<Locked[]>`
  select t.id, t.channel_id, t.platform, c.name as channel_name, t.state
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${post.workspaceId} and t.post_id = ${post.id} and t.id = ${targetId}
  for no key update of t`

const scheduleOne = async (
  t: Transaction,
  post: HeldPost,
  target: TargetToSchedule,
  existing: Locked | undefined,
): Promise<TargetChange> => {
  if (!existing) return insertOne(t, post, target)
  const given = { content: target, dueAt: target.dueAt, queued: target.queued }
  return await changed(
    t,
    existing,
    'scheduled',
    transition(t, 'schedule', { where: sameRow(t, existing) }, given),
  )
}

const insertOne = async (
  t: Transaction,
  post: HeldPost,
  target: TargetToSchedule,
): Promise<TargetChange> => {
  const [row] = await t<{ id: string; channelName: string }[]>`
    with added as (
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, link, settings, due_at, queued)
      select ${post.workspaceId}, ${post.id}, c.id, c.platform, ${target.kind}, ${target.text}, ${target.link},
        ${t.json(target.settings)}, ${target.dueAt}, ${target.queued}
      from channels c where c.id = ${target.channelId} and c.workspace_id = ${post.workspaceId}
      returning id, channel_id
    )
    select added.id, c.name as channel_name from added join channels c on c.id = added.channel_id`
  if (!row) throw new Error(`channel ${target.channelId} is not of this workspace`)
  await enqueue(t, 'target', row.id)
  const { platform } = target
  return {
    targetId: row.id,
    platform,
    channelName: row.channelName,
    before: 'scheduled',
    after: 'scheduled',
    changed: true,
    refusal: null,
  }
}

const moveOne = (
  t: Transaction,
  target: Locked,
  dueAt: Date,
  how: 'move' | 'retry',
): Promise<TargetChange> =>
  changed(t, target, 'scheduled', transition(t, how, { where: sameRow(t, target) }, { dueAt }))

const cancelOne = (t: Transaction, target: Locked): Promise<TargetChange> =>
  changed(t, target, 'canceled', transition(t, 'cancel', { where: sameRow(t, target) }))

const sameRow = (t: Transaction, { id }: Locked) => t`t.id = ${id}`

/** Runs the transition, and signals the workflow if it changed something. */
const changed = async (
  t: Transaction,
  target: Locked,
  after: TargetState,
  moving: PromiseLike<Moved[]>,
): Promise<TargetChange> => {
  if ((await moving).length === 0) return refuse(target)
  await enqueue(t, 'target', target.id)
  return { ...named(target), before: target.state, after, changed: true, refusal: null }
}

const named = (target: Locked) => ({
  targetId: target.id,
  platform: target.platform,
  channelName: target.channelName,
})

export const refuse = (target: Locked): TargetChange => ({
  ...named(target),
  before: target.state,
  after: target.state,
  changed: false,
  refusal: refusals[target.state],
})

const refusals: Record<TargetState, string> = {
  scheduled: 'is scheduled',
  preparing: 'is being prepared',
  ready: 'is ready to go out',
  sending: 'is being sent right now',
  processing: 'was already sent and is being processed',
  published: 'is already published',
  failed: 'was rejected',
  unconfirmed: 'may already be published: check there first',
  missed: 'was missed',
  canceled: 'was already canceled',
  erased: 'was sent before the data of its account was deleted',
}

/** One after another, because the statements of a transaction share one connection. */
const eachInTurn = async <T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}
