import type { TransactionSql } from 'postgres'
import { tx } from '../db/connect.ts'
import { lockEqualPosts } from '../db/equal-posts.ts'
import { recordEvent } from '../db/events.ts'
import {
  type Draft,
  duplicatePost,
  insertPost,
  lockPost,
  type PostRow,
  type PostTime,
  replacePostMedia,
  setPostTime,
  updatePost,
} from '../db/posts.ts'
import { type Decision, decideTarget } from '../db/target-decisions.ts'
import {
  cancelPost,
  cancelTarget,
  movePost,
  retryTarget,
  scheduleTargets,
  type TargetChange,
  type TargetToSchedule,
} from '../db/target-moves.ts'
import { isSent } from '../db/target-states.ts'
import { listTargets } from '../db/targets.ts'
import type { JsonRecord } from '../platforms/platform.ts'
import { type Composer, equalPosts } from './composer.ts'
import type { WebDeps } from './env.ts'
import { wallTimeOf } from './wall-time.ts'

/** Who acts, and where. */
export type Actor = { workspace: { id: string; zone: string }; userId: string }

/** What an act came to. `conflict`: somebody else has saved the post since the form was opened; `twice`: see `equalPosts`, and nobody said yes. */
export type Done = { postId: string; eventId: string; changes: TargetChange[] } | 'conflict' | 'gone' | 'twice'

/** Saves without sending anything anywhere. A post that is scheduled already is not saved but scheduled anew. */
export const saveDraft = (deps: WebDeps, actor: Actor, composer: Composer): Promise<Done> =>
  write(deps, actor, composer, 'draft', null)

/** Saves and sets the targets to the typed time, which the caller has checked, or to `now`. */
export const schedule = (deps: WebDeps, actor: Actor, composer: Composer, dueAt: Date): Promise<Done> =>
  write(deps, actor, composer, 'scheduled', dueAt)

const write = async (
  deps: WebDeps,
  actor: Actor,
  composer: Composer,
  state: Draft['state'],
  dueAt: Date | null,
): Promise<Done> => {
  const { id: workspaceId, zone } = actor.workspace
  const draft = draftOf(composer, state, dueAt, zone)
  const done = await tx(deps.sql, async (t): Promise<Done> => {
    const { post } = composer
    if (dueAt && !composer.form.twice && (await isSecond(t, workspaceId, composer, dueAt))) return 'twice'
    const postId = post?.id ?? (await insertPost(t, { ...draft, workspaceId, createdBy: actor.userId }))
    if (post) {
      const refused = await overwrite(t, { workspaceId, postId }, composer, draft)
      if (refused) return refused
    }
    if (!composer.mediaFrozen) await replacePostMedia(t, { workspaceId, postId }, composer.media)
    const changes = dueAt ? await scheduleTargets(t, { workspaceId, postId, dueAt, targets: targetsOf(composer) }) : []
    const name = dueAt ? 'post.scheduled' : post ? 'post.edited' : 'post.drafted'
    return { postId, changes, eventId: await record(t, actor, { name, postId, changes, dueAt }) }
  })
  return nudged(deps, done)
}

/** Looked at where it is written: a form that is sent twice at once is asked about as well. */
const isSecond = async (t: TransactionSql, workspaceId: string, composer: Composer, dueAt: Date): Promise<boolean> => {
  await lockEqualPosts(t, workspaceId)
  return (await equalPosts(t, workspaceId, composer, dueAt)).length > 0
}

/** Writes over the version that the form was made from, unless a newer one or a send came between. */
const overwrite = async (
  t: TransactionSql,
  ref: { workspaceId: string; postId: string },
  composer: Composer,
  draft: Draft,
): Promise<'gone' | 'conflict' | null> => {
  if (!(await lockPost(t, ref))) return 'gone'
  const left = (await listTargets(t, ref)).some((target) => isSent(target.state))
  if (left && !composer.mediaFrozen) return 'conflict'
  return (await updatePost(t, { ...ref, version: composer.form.version }, draft)) ? null : 'conflict'
}

/** Another time for everything that has not left. A draft moves on the calendar and stays a draft. */
export const move = (deps: WebDeps, actor: Actor, postId: string, dueAt: Date): Promise<Done> =>
  onPost(deps, actor, postId, 'post.moved', async (t, workspaceId, post) => {
    const changes = await movePost(t, { workspaceId, postId, dueAt })
    const moves = post.state === 'draft' || changes.some((change) => change.changed)
    if (moves) await setPostTime(t, { workspaceId, postId }, timeOf(dueAt, actor.workspace.zone))
    return { changes, dueAt }
  })

/** Cancels whatever has not left. */
export const cancel = (deps: WebDeps, actor: Actor, postId: string): Promise<Done> =>
  onPost(deps, actor, postId, 'post.canceled', async (t, workspaceId) => ({
    changes: await cancelPost(t, { workspaceId, postId }),
    dueAt: null,
  }))

export const cancelOne = (deps: WebDeps, actor: Actor, postId: string, targetId: string): Promise<Done> =>
  onPost(deps, actor, postId, 'post.canceled', async (t, workspaceId) => ({
    changes: await cancelTarget(t, { workspaceId, targetId }),
    dueAt: null,
  }))

/** Sends one refused, missed or canceled target again, now. */
export const retry = (deps: WebDeps, actor: Actor, postId: string, targetId: string, dueAt: Date): Promise<Done> =>
  onPost(deps, actor, postId, 'target.retried', async (t, workspaceId) => ({
    changes: await retryTarget(t, { workspaceId, targetId, dueAt }),
    dueAt,
  }))

/** What a person says of a target whose outcome the platform did not tell, or whose refusal needs no more asking. */
export const decide = (deps: WebDeps, actor: Actor, postId: string, targetId: string, decision: Decision): Promise<Done> =>
  onPost(deps, actor, postId, decisionEvents[decision.do], async (t, workspaceId) => ({
    changes: await decideTarget(t, { workspaceId, targetId }, decision, new Date(deps.now())),
    dueAt: null,
  }))

const decisionEvents = { bind: 'target.bound', again: 'target.sent_again', leave: 'target.left' } as const

/** A new draft with the same content and no time. */
export const duplicate = async (deps: WebDeps, actor: Actor, postId: string): Promise<Done> =>
  tx(deps.sql, async (t): Promise<Done> => {
    const copy = await duplicatePost(t, { workspaceId: actor.workspace.id, postId, createdBy: actor.userId })
    if (!copy) return 'gone'
    return {
      postId: copy,
      changes: [],
      eventId: await record(t, actor, { name: 'post.duplicated', postId: copy, changes: [], dueAt: null }),
    }
  })

type Outcome = { changes: TargetChange[]; dueAt: Date | null }

const onPost = async (
  deps: WebDeps,
  actor: Actor,
  postId: string,
  name: string,
  act: (t: TransactionSql, workspaceId: string, post: PostRow) => Promise<Outcome>,
): Promise<Done> => {
  const workspaceId = actor.workspace.id
  const done = await tx(deps.sql, async (t): Promise<Done> => {
    const post = await lockPost(t, { workspaceId, postId })
    if (!post) return 'gone'
    const { changes, dueAt } = await act(t, workspaceId, post)
    return { postId, changes, eventId: await record(t, actor, { name, postId, changes, dueAt }) }
  })
  return nudged(deps, done)
}

const record = (
  t: TransactionSql,
  actor: Actor,
  done: { name: string; postId: string; changes: TargetChange[]; dueAt: Date | null },
): Promise<string> =>
  recordEvent(t, {
    name: done.name,
    workspaceId: actor.workspace.id,
    userId: actor.userId,
    subjectId: done.postId,
    facts: { due_at: done.dueAt?.toISOString() ?? null, changes: done.changes.map(factsOf) },
  })

/** Names stay out of audit lines: the page finds them again by the target's id. */
const factsOf = ({ channelName: _name, ...change }: TargetChange): JsonRecord => ({ ...change })

/** After the commit: workflows hear of it at once, or by the relay when Temporal is away. */
const nudged = async (deps: WebDeps, done: Done): Promise<Done> => {
  if (typeof done === 'object') await deps.temporal.nudge(done.changes.filter((one) => one.changed).map((one) => one.targetId))
  return done
}

const draftOf = (composer: Composer, state: Draft['state'], dueAt: Date | null, zone: string): Draft => {
  const { form } = composer
  const typed = composer.time?.ok ? { wallTime: composer.time.wallTime, zone, dueAt: composer.time.dueAt } : null
  const time = dueAt ? timeOf(dueAt, zone) : (typed ?? { wallTime: null, zone: null, dueAt: null })
  const variants = Object.fromEntries(Object.entries(form.variants).filter(([, text]) => text !== ''))
  const choices = composer.channels
    .filter((one) => one.chosen)
    .map((one) => [one.channel.id, { kind: form.kinds[one.channel.id] ?? '', settings: one.draft.settings }])
  return { state, text: form.text, link: form.link || null, variants, choices: Object.fromEntries(choices), ...time }
}

const targetsOf = (composer: Composer): TargetToSchedule[] =>
  composer.channels
    .filter((one) => one.chosen)
    .map(({ channel, draft: { kind, text, link, settings } }) => ({
      channelId: channel.id,
      platform: channel.platform,
      kind,
      text,
      link,
      settings,
    }))

const timeOf = (dueAt: Date, zone: string): PostTime => ({ wallTime: wallTimeOf(dueAt, zone), zone, dueAt })
