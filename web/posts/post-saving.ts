import type { TransactionSql } from 'postgres'
import { tx } from '../../db/postgres/connect.ts'
import { lockEqualPosts } from '../../db/posts/equal-posts.ts'
import {
  type FormKey,
  keepFormKey,
  type Made,
  releaseFormKey,
  takeFormKey,
} from '../../db/posts/form-keys.ts'
import { type HeldPost, lockPost } from '../../db/posts/post-locks.ts'
import {
  type Draft,
  findPost,
  insertPost,
  type PostRow,
  replacePostMedia,
  updatePost,
} from '../../db/posts/posts.ts'
import { requestRenditions } from '../../db/posts/renditions.ts'
import { scheduleTargets, type TargetToSchedule } from '../../db/posts/target-moves.ts'
import { isSent } from '../../db/posts/target-states.ts'
import { listTargets } from '../../db/posts/targets.ts'
import { wantedRendition } from '../../media/recipes.ts'
import type { WebDeps } from '../http/env.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { type Composer, equalPosts } from './composer.ts'
import { type Actor, type Done, nudged, record, timeOf } from './post-acts.ts'
import type { PostForm } from './post-form.ts'

/**
 * `twice`: an equal post exists (see `equalPosts`) and nobody confirmed. `goOn`: this form has
 * already made a post and was changed since (Back, then another save), so it is an edit of that
 * post.
 */
export type Saved = Done | 'twice' | { goOn: Made }

/**
 * Saves a draft without sending anything. Posts that are already scheduled go through `schedule`.
 */
export const saveDraft = (deps: WebDeps, actor: Actor, composer: Composer): Promise<Saved> =>
  write(deps, actor, composer, 'draft', null)

/** Saves the post and schedules its targets for `dueAt`, which the caller has checked. */
export const schedule = (
  deps: WebDeps,
  actor: Actor,
  composer: Composer,
  dueAt: Date,
): Promise<Saved> => write(deps, actor, composer, 'scheduled', dueAt)

const write = async (
  deps: WebDeps,
  actor: Actor,
  composer: Composer,
  state: Draft['state'],
  dueAt: Date | null,
): Promise<Saved> => {
  const workspaceId = actor.workspace.id
  const key = keyOf(workspaceId, composer.form)
  const done = await tx(deps.sql, async (t): Promise<Saved> => {
    const before = key && !composer.form.goesOn ? await madeBefore(t, key) : null
    if (before) return before
    const done = await carryOut(t, actor, composer, draftOf(composer, state, dueAt), dueAt)
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
  })
  return done === 'twice' || (typeof done === 'object' && 'goOn' in done)
    ? done
    : nudged(deps, done)
}

const carryOut = async (
  t: TransactionSql,
  actor: Actor,
  composer: Composer,
  draft: Draft,
  dueAt: Date | null,
): Promise<Done | 'twice'> => {
  const workspaceId = actor.workspace.id
  if (dueAt && !composer.form.twice && (await isSecond(t, workspaceId, composer, dueAt)))
    return 'twice'
  const post = composer.post
    ? await overwrite(t, workspaceId, composer, draft)
    : await hold(
        t,
        workspaceId,
        await insertPost(t, { ...draft, workspaceId, createdBy: actor.userId }),
      )
  if (post === 'gone' || post === 'conflict') return post
  if (!composer.mediaFrozen)
    await replacePostMedia(t, { workspaceId, postId: post.id }, composer.media)
  const changes = dueAt ? await scheduleTargets(t, post, targetsOf(composer, dueAt)) : []
  if (dueAt) await requestRenditions(t, workspaceId, renditionsOf(composer))
  const name = dueAt ? 'post.scheduled' : composer.post ? 'post.edited' : 'post.drafted'
  return {
    postId: post.id,
    changes,
    eventId: await record(t, actor, { name, postId: post.id, changes, dueAt }),
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

/** What has to be made of the files for the chosen accounts. Made now, so that no post waits for it. */
const renditionsOf = ({ channels, media }: Composer) =>
  channels
    .filter((one) => one.chosen && !one.sent)
    .flatMap(({ platform, kind }) =>
      media.flatMap((item) => wantedRendition(item, platform.pictureFor?.(kind)) ?? []),
    )

/** Identifies the content of the form. Leaves out fields that change on every render. */
const keyOf = (workspaceId: string, form: PostForm): FormKey | null => {
  const {
    key: _key,
    goesOn: _goesOn,
    version: _version,
    left: _left,
    preview: _preview,
    ...typed
  } = form
  return formKeyIn(form, 'post', workspaceId, typed)
}

const hold = async (t: TransactionSql, workspaceId: string, postId: string): Promise<HeldPost> => {
  const post = await lockPost(t, { workspaceId, postId })
  if (!post) throw new Error('a post that was just inserted is not there')
  return post
}

/** Checked inside the transaction, so that a form submitted twice at once is caught too. */
const isSecond = async (
  t: TransactionSql,
  workspaceId: string,
  composer: Composer,
  dueAt: Date,
): Promise<boolean> => {
  await lockEqualPosts(t, workspaceId)
  return (await equalPosts(t, workspaceId, composer, dueAt)).length > 0
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

const draftOf = (composer: Composer, state: Draft['state'], dueAt: Date | null): Draft => {
  const { form } = composer
  const { zone } = form
  const typed = composer.time?.ok
    ? { wallTime: composer.time.wallTime, zone, dueAt: composer.time.dueAt }
    : null
  const time = dueAt ? timeOf(dueAt, zone) : (typed ?? { wallTime: null, zone: null, dueAt: null })
  const variants = Object.fromEntries(
    Object.entries(form.variants).filter(([, text]) => text !== ''),
  )
  const choices = composer.channels
    .filter((one) => one.chosen)
    .map((one) => [
      one.channel.id,
      { kind: form.kinds[one.channel.id] ?? '', settings: one.draft.settings },
    ])
  return {
    state,
    text: form.text,
    link: form.link || null,
    variants,
    choices: Object.fromEntries(choices),
    ...time,
  }
}

const targetsOf = (composer: Composer, dueAt: Date): TargetToSchedule[] =>
  composer.channels
    .filter((one) => one.chosen)
    .map(({ channel, draft: { kind, text, link, settings } }) => ({
      channelId: channel.id,
      platform: channel.platform,
      kind,
      text,
      link,
      settings,
      dueAt,
      queued: false,
    }))
