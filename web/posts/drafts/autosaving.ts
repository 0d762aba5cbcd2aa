import { isDeepStrictEqual } from 'node:util'
import type { TransactionSql } from 'postgres'
import { tx } from '../../../db/postgres/connect.ts'
import { replacePostNote } from '../../../db/posts/drafts/notes.ts'
import { dropUnsavedEdit, keepUnsavedEdit } from '../../../db/posts/drafts/unsaved-edits.ts'
import { keepFormKey, releaseFormKey, takeFormKey } from '../../../db/posts/form-keys.ts'
import { replacePostLabels } from '../../../db/posts/labels/labels.ts'
import { keepAltTextsOf } from '../../../db/posts/library/alt-texts.ts'
import { findVersion, type HeldPost, lockPost } from '../../../db/posts/post-locks.ts'
import { insertPost, type PostRow, replacePostMedia, updatePost } from '../../../db/posts/posts.ts'
import { noteEdit, readContent } from '../../../db/posts/reviews/reviews.ts'
import { setApart } from '../../../db/posts/series/occurrences.ts'
import { isSent } from '../../../db/posts/target-states.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import type { Composer } from '../composer.ts'
import { record } from '../post-acts.ts'
import type { PostForm } from '../post-form.ts'
import { draftOf } from './draft-of.ts'
import { keepOtherEdit, keepState, stateBefore } from './states.ts'
import { typedOf } from './typed.ts'

type Person = { workspace: Workspace; userId: string }

/**
 * `saved`: the draft is what was typed. `aside`: kept for this person as an edit that isn't part of
 * the post, because it is scheduled. `changed`: the same, because someone else, or the person in
 * another tab, has changed the post since. `twice`: aside, while the person has typed another edit
 * in another tab, which is a version now. `gone`: the post was deleted.
 */
export type Autosaved =
  | { as: 'saved'; postId: string; version: number }
  | { as: 'aside' | 'changed' | 'twice'; postId: string; version: number; editAt: string }
  | { as: 'gone' }
  | { as: 'empty' }

/**
 * Saves the form as it is, without checking it. Never changes what goes out, and never overwrites
 * what someone else saved. `apart`: as a saved version of its own.
 */
export const autosave = async (
  deps: WebDeps,
  person: Person,
  composer: Composer,
  { apart = false } = {},
): Promise<Autosaved> => {
  const { workspace } = person
  const key = formKeyIn(composer.form, 'post', workspace.id)
  return await tx(deps.sql, async (t): Promise<Autosaved> => {
    const made = key && (await takeFormKey(t, key))
    const postId = composer.post?.id ?? made?.subjectId
    const own = made && made.subjectId === postId ? made.version : null
    const version = own ?? composer.form.version
    const isSameTab = own !== null
    const edit = { postId: postId ?? '', version, apart: apart || !isSameTab }
    const saved = postId
      ? await saveEdit(t, deps, person, composer, edit)
      : await saveNew(t, deps, person, composer)
    if (!key) return saved
    if (saved.as !== 'saved') await releaseFormKey(t, key.key)
    else await keepFormKey(t, key, { subjectId: saved.postId, version: saved.version })
    return saved
  })
}

const saveNew = async (
  t: TransactionSql,
  deps: WebDeps,
  { workspace, userId }: Person,
  composer: Composer,
): Promise<Autosaved> => {
  if (isEmpty(composer.form)) return { as: 'empty' }
  const postId = await insertPost(t, {
    ...draftOf(composer, 'draft', null),
    workspaceId: workspace.id,
    createdBy: userId,
  })
  const ref = { workspaceId: workspace.id, postId }
  await keepAltTextsOf(t, { ...ref, userId }, composer.media)
  await replacePostMedia(t, ref, composer.media)
  await replacePostLabels(t, ref, composer.form.labels)
  await replacePostNote(t, ref, composer.form.note)
  await record(t, { workspace, userId }, { name: 'post.drafted', postId, changes: [], dueAt: null })
  const state = { userId, version: 1, form: typedOf(composer.form), at: new Date(deps.now()) }
  await keepState(t, ref, null, { ...state, apart: true })
  return { as: 'saved', postId, version: 1 }
}

/** Nothing that anybody would miss. An account or a time alone doesn't make a draft. */
const isEmpty = ({ text, link, note, variants, fields, media }: PostForm): boolean =>
  media.length === 0 &&
  [
    text,
    link,
    note,
    ...Object.values(variants),
    ...Object.values(fields).flatMap(Object.values),
  ].every((one: string) => !one.trim())

const saveEdit = async (
  t: TransactionSql,
  deps: WebDeps,
  { workspace, userId }: Person,
  composer: Composer,
  { postId, version, apart }: { postId: string; version: number; apart: boolean },
): Promise<Autosaved> => {
  const ref = { workspaceId: workspace.id, postId }
  const held = await lockPost(t, ref)
  if (!held) return { as: 'gone' }
  const before = await stateBefore(t, workspace, held)
  const form = typedOf(composer.form)
  const at = new Date(deps.now())
  const isCurrent = version === held.version
  if (isDeepStrictEqual(form, before.form)) {
    await keepOtherEdit(t, { ...ref, userId }, composer.form)
    await dropUnsavedEdit(t, { ...ref, userId })
    return { as: 'saved', postId, version: held.version }
  }
  if (!isCurrent || composer.form.aside || !(await isOnlyDraft(t, held))) {
    const isOther = await keepOtherEdit(t, { ...ref, userId }, composer.form)
    await keepUnsavedEdit(t, { ...ref, userId }, { version, form, savedAt: at })
    const as = isCurrent ? (isOther ? 'twice' : 'aside') : 'changed'
    return { as, postId, version, editAt: at.toISOString() }
  }
  const content = await readContent(t, held)
  await updatePost(t, { ...ref, version }, draftOf(composer, 'draft', null))
  await keepAltTextsOf(t, { ...ref, userId }, composer.media)
  await setApart(t, held)
  await replacePostMedia(t, ref, composer.media)
  await noteEdit(t, { ...ref, userId }, content)
  await replacePostLabels(t, ref, composer.form.labels)
  await replacePostNote(t, ref, composer.form.note)
  await keepOtherEdit(t, { ...ref, userId }, composer.form)
  await dropUnsavedEdit(t, { ...ref, userId })
  const after = await findVersion(t, held)
  await keepState(t, ref, before, { userId, version: after, form, at, apart })
  return { as: 'saved', postId, version: after }
}

/** Nothing of it was ever scheduled, so that saving changes nothing that goes out. */
const isOnlyDraft = async (t: TransactionSql, post: PostRow & HeldPost): Promise<boolean> =>
  post.state === 'draft' &&
  (await listTargets(t, { workspaceId: post.workspaceId, postId: post.id })).every(
    (target) => !isSent(target.state),
  )
