import type postgres from 'postgres'
import type { JsonRecord } from '../platforms/platform.ts'
import { enqueue } from './outbox.ts'
import { isUnsent, type TargetState } from './target-states.ts'

/** What a person's act did to one target: its answer is true at once, also while Temporal is down. */
export type TargetChange = {
  targetId: string
  platform: string
  channelName: string
  before: TargetState
  after: TargetState
  changed: boolean
  /** Why nothing was changed, as the end of a sentence: "is already out". */
  refusal: string | null
}

export type TargetToSchedule = {
  channelId: string
  platform: string
  kind: string
  text: string
  link: string | null
  settings: JsonRecord
}

type Transaction = postgres.TransactionSql
type PostRef = { workspaceId: string; postId: string }
type Locked = { id: string; channelId: string; platform: string; channelName: string; state: TargetState }

/**
 * Makes the targets of a post what the person chose: new ones are made, unsent and refused ones changed and set to the new time,
 * unsent ones that are no longer chosen canceled. What was sent stays as it is. Call it in the transaction that writes the post.
 */
export const scheduleTargets = async (
  t: Transaction,
  plan: PostRef & { dueAt: Date; targets: TargetToSchedule[] },
): Promise<TargetChange[]> => {
  const before = await lockTargets(t, plan)
  const chosen = new Set(plan.targets.map((target) => target.channelId))
  const dropped = before.filter((target) => !chosen.has(target.channelId))
  const changes = await eachInTurn(plan.targets, (target) =>
    scheduleOne(
      t,
      plan,
      target,
      before.find((row) => row.channelId === target.channelId),
    ),
  )
  return [...changes, ...(await eachInTurn(dropped, (target) => cancelOne(t, target)))]
}

/** Reschedules, or publishes now: every target that has not left goes at the new time, with its content as it is. */
export const movePost = async (t: Transaction, move: PostRef & { dueAt: Date }): Promise<TargetChange[]> =>
  eachInTurn(await lockTargets(t, move), (target) =>
    moveOne(t, target, move.dueAt, ['scheduled', 'preparing', 'ready', 'missed']),
  )

/** Cancels whatever has not left yet. */
export const cancelPost = async (t: Transaction, ref: PostRef): Promise<TargetChange[]> =>
  eachInTurn(await lockTargets(t, ref), (target) => cancelOne(t, target))

export const cancelTarget = async (t: Transaction, ref: { workspaceId: string; targetId: string }): Promise<TargetChange[]> =>
  eachInTurn(await lockTarget(t, ref), (target) => cancelOne(t, target))

/** Sends a refused, missed or canceled target again, alone; nothing else of the post is touched. */
export const retryTarget = async (
  t: Transaction,
  ref: { workspaceId: string; targetId: string; dueAt: Date },
): Promise<TargetChange[]> =>
  eachInTurn(await lockTarget(t, ref), (target) => moveOne(t, target, ref.dueAt, ['failed', 'missed', 'canceled']))

const lockTargets = (t: Transaction, ref: PostRef): Promise<Locked[]> => t<Locked[]>`
  select t.id, t.channel_id, t.platform, c.name as channel_name, t.state
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by c.platform, c.name, t.id for update of t`

export const lockTarget = (t: Transaction, ref: { workspaceId: string; targetId: string }): Promise<Locked[]> => t<Locked[]>`
  select t.id, t.channel_id, t.platform, c.name as channel_name, t.state
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${ref.workspaceId} and t.id = ${ref.targetId}
  for update of t`

const scheduleOne = async (
  t: Transaction,
  plan: PostRef & { dueAt: Date },
  target: TargetToSchedule,
  existing: Locked | undefined,
): Promise<TargetChange> => {
  if (!existing) return insertOne(t, plan, target)
  if (!isUnsent(existing.state) && !['failed', 'missed', 'canceled'].includes(existing.state)) return refuse(existing)
  await t`
    update targets set
      kind = ${target.kind}, text = ${target.text}, link = ${target.link}, settings = ${t.json(target.settings)},
      due_at = ${plan.dueAt}, state = 'scheduled', state_at = now(), waiting_for = null, not_before = null, problem = null, revision = revision + 1
    where id = ${existing.id}`
  await enqueue(t, 'target', existing.id)
  return { ...named(existing), before: existing.state, after: 'scheduled', changed: true, refusal: null }
}

const insertOne = async (t: Transaction, plan: PostRef & { dueAt: Date }, target: TargetToSchedule): Promise<TargetChange> => {
  const [row] = await t<{ id: string; channelName: string }[]>`
    with added as (
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, link, settings, due_at)
      select ${plan.workspaceId}, ${plan.postId}, c.id, c.platform, ${target.kind}, ${target.text}, ${target.link},
        ${t.json(target.settings)}, ${plan.dueAt}
      from channels c where c.id = ${target.channelId} and c.workspace_id = ${plan.workspaceId}
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

const moveOne = async (t: Transaction, target: Locked, dueAt: Date, from: TargetState[]): Promise<TargetChange> => {
  if (!from.includes(target.state)) return refuse(target)
  await t`
    update targets set due_at = ${dueAt}, state = 'scheduled', state_at = now(), waiting_for = null, not_before = null, problem = null, revision = revision + 1
    where id = ${target.id}`
  await enqueue(t, 'target', target.id)
  return { ...named(target), before: target.state, after: 'scheduled', changed: true, refusal: null }
}

const cancelOne = async (t: Transaction, target: Locked): Promise<TargetChange> => {
  if (!isUnsent(target.state)) return refuse(target)
  await t`
    update targets set state = 'canceled', state_at = now(), waiting_for = null, revision = revision + 1
    where id = ${target.id}`
  await enqueue(t, 'target', target.id)
  return { ...named(target), before: target.state, after: 'canceled', changed: true, refusal: null }
}

const named = (target: Locked) => ({ targetId: target.id, platform: target.platform, channelName: target.channelName })

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
  processing: 'was sent already and is being processed',
  published: 'is already out',
  failed: 'was refused',
  unconfirmed: 'may be out already: look there first',
  missed: 'was missed',
  canceled: 'was canceled before',
}

/** One after the other: statements of one transaction share one connection. */
const eachInTurn = async <T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}
