import type { TransactionSql } from 'postgres'
import { tx } from '../../db/postgres/connect.ts'
import { replacePostNote } from '../../db/posts/drafts/notes.ts'
import { dropUnsavedEdit } from '../../db/posts/drafts/unsaved-edits.ts'
import { lockEqualPosts } from '../../db/posts/equal-posts.ts'
import {
  type FormKey,
  keepFormKey,
  type Made,
  releaseFormKey,
  takeFormKey,
} from '../../db/posts/form-keys.ts'
import { replacePostLabels } from '../../db/posts/labels/labels.ts'
import { keepAltTextsOf } from '../../db/posts/library/alt-texts.ts'
import { findVersion, type HeldPost, lockPost } from '../../db/posts/post-locks.ts'
import { type Draft, findPost, insertPost, type PostRow, updatePost } from '../../db/posts/posts.ts'
import { readContent } from '../../db/posts/reviews/reviews.ts'
import { lockSeries } from '../../db/posts/series/series.ts'
import { isSent } from '../../db/posts/target-states.ts'
import { listTargets } from '../../db/posts/targets.ts'
import { placePost } from '../../posting/place.ts'
import type { WebDeps } from '../http/env.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { type Composer, equalPosts } from './composer.ts'
import { draftOf } from './drafts/draft-of.ts'
import { keepOtherEdit, keepState, stateBefore } from './drafts/states.ts'
import { typedOf } from './drafts/typed.ts'
import { FilesLost, holdFiles, unlessLost } from './lost-files.ts'
import { type Actor, type Done, nudged, record } from './post-acts.ts'
import type { PostForm } from './post-form.ts'
import { extendStarted, said, saveSeries } from './series/saving.ts'
import { targetsOf } from './targets-to-schedule.ts'
import { earliest, type Plan } from './when/plan.ts'
import { ownTimes, takeTimes } from './when/taking.ts'

/**
 * `twice`: an equal post exists (see `equalPosts`) and nobody confirmed. `goOn`: this form has
 * already made a post and was changed since (Back, then another save), so it is an edit of that
 * post. `lost`: a file of the post was deleted while it was written.
 */
export type Saved = Done | 'twice' | 'lost' | { goOn: Made }

/**
 * Saves a draft without sending anything. Posts that are already scheduled go through `schedule`.
 */
export const saveDraft = (deps: WebDeps, actor: Actor, composer: Composer): Promise<Saved> =>
  write(deps, actor, composer, null)

/** Saves the post and schedules its targets as planned, which the caller has checked. */
export const schedule = (deps: WebDeps, actor: Actor, composer: Composer): Promise<Saved> =>
  write(deps, actor, composer, composer.plan)

const write = async (
  deps: WebDeps,
  actor: Actor,
  composer: Composer,
  wanted: Plan | null,
): Promise<Saved> => {
  if (composer.lostFiles) return 'lost'
  const workspaceId = actor.workspace.id
  const key = keyOf(workspaceId, composer.form)
  const work = async (t: TransactionSql): Promise<Saved> => {
    const before = key && !composer.form.goesOn ? await madeBefore(t, key) : null
    if (before) return before
    const plan = wanted && (await takeTimes(t, composer, wanted, deps.now()))
    const { seriesId } = composer.post ?? {}
    if (seriesId) await lockSeries(t, { workspaceId, seriesId })
    const dueAt = plan && earliest(plan)
    const draft = draftOf(composer, dueAt ? 'scheduled' : 'draft', dueAt)
    const done = await carryOut(t, deps, actor, composer, draft, { plan, at: new Date(deps.now()) })
    if (typeof done !== 'object') {
      if (key) await releaseFormKey(t, key.key)
      return done
    }
    const post = key ? await findPost(t, { workspaceId, postId: done.postId }) : null
    if (key && post)
      await keepFormKey(t, key, {
        subjectId: post.id,
        version: post.version,
        eventId: done.eventId,
      })
    return done
  }
  const done = await unlessLost(tx(deps.sql, work))
  if (done === 'twice' || done === 'lost' || (typeof done === 'object' && 'goOn' in done))
    return done
  await extendStarted(deps, workspaceId, done)
  return nudged(deps, done)
}

/**
 * `refused`: the post of this index can't be made, so none was. `lost`: nor can any, as in Saved.
 */
export type Copies = { made: Done[] } | { refused: number } | 'lost'

class CopyRefused extends Error {
  constructor(readonly index: number) {
    super('a copy can’t be made')
  }
}

/**
 * Makes a new post of each composer in one transaction, all or none: scheduled as planned, or as
 * drafts. Sending the same form twice makes them once.
 */
export const makeCopies = async (
  deps: WebDeps,
  actor: Actor,
  composers: Composer[],
  state: Draft['state'],
  key: FormKey | null,
): Promise<Copies> => {
  try {
    const made = await tx(deps.sql, async (t): Promise<Done[]> => {
      const before = key && (await takeFormKey(t, key))
      if (before?.isSame) return []
      const all: Done[] = []
      for (const [index, composer] of composers.entries()) {
        const plan =
          state === 'draft' ? null : await takeTimes(t, composer, composer.plan, deps.now())
        const draft = draftOf(composer, state, plan && earliest(plan))
        const done = await carryOut(t, deps, actor, composer, draft, {
          plan,
          at: new Date(deps.now()),
        })
        if (typeof done !== 'object') throw new CopyRefused(index)
        all.push(done)
        if (key && index === 0) await keepFormKey(t, key, { subjectId: done.postId })
      }
      return all
    })
    for (const done of made) await nudged(deps, done)
    return { made }
  } catch (error) {
    if (error instanceof CopyRefused) return { refused: error.index }
    if (error instanceof FilesLost) return 'lost'
    throw error
  }
}

const carryOut = async (
  t: TransactionSql,
  deps: WebDeps,
  actor: Actor,
  composer: Composer,
  draft: Draft,
  { plan, at }: { plan: Plan | null; at: Date },
): Promise<Done | 'twice'> => {
  const workspaceId = actor.workspace.id
  if (plan && !composer.form.twice && (await isSecond(t, workspaceId, composer, plan)))
    return 'twice'
  const content = composer.post && (await readContent(t, composer.post))
  const post = composer.post
    ? await overwrite(t, workspaceId, composer, draft)
    : await hold(
        t,
        workspaceId,
        await insertPost(t, { ...draft, workspaceId, createdBy: actor.userId }),
      )
  if (post === 'gone' || post === 'conflict') return post
  const ref = { workspaceId, postId: post.id }
  const before = composer.post ? await stateBefore(t, composer.form, post) : null
  if (!composer.mediaFrozen) {
    await holdFiles(t, workspaceId, composer.media)
    await keepAltTextsOf(t, { ...ref, userId: actor.userId }, composer.media)
  }
  const changes = await placePost(
    t,
    post,
    {
      media: composer.mediaFrozen ? null : composer.media,
      targets: plan && targetsOf(composer, plan),
      edit: content === null ? null : { userId: actor.userId, before: content },
      isAsked: composer.form.act === 'ask',
    },
    { accounts: composer.channels.filter((one) => one.chosen && !one.sent), media: composer.media },
  )
  await replacePostLabels(t, ref, composer.form.labels)
  await replacePostNote(t, ref, composer.form.note)
  await keepOtherEdit(t, { ...ref, userId: actor.userId }, composer.form)
  await dropUnsavedEdit(t, { ...ref, userId: actor.userId })
  const typed = { form: typedOf(composer.form), at, userId: actor.userId, apart: true }
  await keepState(t, ref, before, { ...typed, version: await findVersion(t, post) })
  const name = plan ? 'post.scheduled' : composer.post ? 'post.edited' : 'post.drafted'
  const times = plan ? await ownTimes(t, ref, plan) : {}
  const series = await saveSeries(t, { ...actor, platforms: deps.platforms, now: at }, composer, {
    post,
    draft,
    isScheduled: plan !== null,
  })
  const { following, seriesId } = series
  const outcome = { changes, dueAt: plan && earliest(plan), ...times, ...said(following) }
  return {
    postId: post.id,
    changes: [...changes, ...(following?.changes ?? [])],
    ...(seriesId ? { seriesId } : {}),
    eventId: await record(t, actor, { name, postId: post.id, ...outcome }),
  }
}

/**
 * What this form has already made: the same result again, or the post to edit. Null if it made
 * none, or if that post was deleted.
 */
const madeBefore = async (t: TransactionSql, key: FormKey): Promise<Saved | null> => {
  const made = await takeFormKey(t, key)
  const post =
    made && (await findPost(t, { workspaceId: key.workspaceId ?? '', postId: made.subjectId }))
  if (!made || !post) return null
  return made.isSame && made.eventId
    ? { postId: post.id, eventId: made.eventId, changes: [] }
    : { goOn: made }
}

/** Identifies the content of the form. Leaves out fields that change on every render. */
const keyOf = (workspaceId: string, form: PostForm): FormKey | null => {
  const {
    key: _key,
    goesOn: _goesOn,
    version: _version,
    left: _left,
    preview: _preview,
    when: _when,
    tab: _tab,
    split: _split,
    newLabel: _newLabel,
    pane: _pane,
    tags: _tags,
    ...typed
  } = form
  return formKeyIn(form, 'post', workspaceId, typed)
}

const hold = async (
  t: TransactionSql,
  workspaceId: string,
  postId: string,
): Promise<PostRow & HeldPost> => {
  const post = await lockPost(t, { workspaceId, postId })
  if (!post) throw new Error('a post that was just inserted is not there')
  return post
}

/** Checked inside the transaction, so that a form submitted twice at once is caught too. */
const isSecond = async (
  t: TransactionSql,
  workspaceId: string,
  composer: Composer,
  plan: Plan,
): Promise<boolean> => {
  await lockEqualPosts(t, workspaceId)
  return (await equalPosts(t, workspaceId, composer, plan)).length > 0
}

/**
 * Updates the post that the form was made from, unless someone changed it or it was sent to another
 * account in the meantime.
 */
const overwrite = async (
  t: TransactionSql,
  workspaceId: string,
  { post, form, mediaFrozen }: Composer,
  draft: Draft,
): Promise<(PostRow & HeldPost) | 'gone' | 'conflict'> => {
  const ref = { workspaceId, postId: post?.id ?? '' }
  const held = await lockPost(t, ref)
  if (!held) return 'gone'
  const left = (await listTargets(t, ref)).filter((target) => isSent(target.state)).length
  if (form.left === null ? left > 0 && !mediaFrozen : left !== form.left) return 'conflict'
  return (await updatePost(t, { ...ref, version: form.version }, draft)) ? held : 'conflict'
}
