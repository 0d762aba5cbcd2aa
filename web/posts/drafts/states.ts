import { isDeepStrictEqual } from 'node:util'
import type { TransactionSql } from 'postgres'
import { findUnsavedEdit } from '../../../db/posts/drafts/unsaved-edits.ts'
import {
  insertVersion,
  listVersions,
  replaceVersion,
  type TypedForm,
  trimVersions,
} from '../../../db/posts/drafts/versions.ts'
import type { HeldPost } from '../../../db/posts/post-locks.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import { formOfPost } from '../composer-form.ts'
import type { PostForm } from '../post-form.ts'
import { typedOf } from './typed.ts'

type State = { version: number; form: TypedForm; at: Date }

/** What a post holds now: as it was typed, if that was recorded. */
export const stateBefore = async (
  t: TransactionSql,
  { zone }: { zone: string },
  post: PostRow & HeldPost,
): Promise<State> => {
  const ref = { workspaceId: post.workspaceId, postId: post.id }
  const [latest] = await listVersions(t, ref, 1)
  const form =
    latest?.version === post.version ? latest.form : typedOf(await formOfPost(t, { zone }, post))
  return { version: post.version, form, at: post.updatedAt }
}

/** What one person types within this time is one state. Milliseconds. */
const oneStateMs = 5 * 60_000
/** A state that loses more characters than this doesn't replace the one before. */
const lossyCharacters = 40

/**
 * Adds a saved state of a post. `before` is what it replaces, which becomes a state too unless it
 * is the newest one. While one person writes in one tab, their newest state grows; but the state
 * before many words were deleted stays. `apart`: a state of its own.
 */
export const keepState = async (
  t: TransactionSql,
  ref: { workspaceId: string; postId: string },
  before: State | null,
  state: State & { userId: string; apart: boolean },
): Promise<void> => {
  const [latest] = await listVersions(t, ref, 1)
  const isBefore = latest !== undefined && latest.version === before?.version
  if (before && !isBefore) await insertVersion(t, ref, { ...before, userId: null })
  const isSame = isBefore && isDeepStrictEqual(latest.form, state.form)
  const grows =
    isBefore &&
    !state.apart &&
    latest.userId === state.userId &&
    state.at.getTime() - latest.beganAt.getTime() < oneStateMs &&
    lengthOf(latest.form) - lengthOf(state.form) <= lossyCharacters
  if (isSame || grows) await replaceVersion(t, { ...ref, id: latest.id }, state)
  else await insertVersion(t, ref, state)
  await trimVersions(t, ref)
}

/**
 * Before a person's unsaved edit is replaced or dropped: if it was typed in another tab, it becomes a
 * version, so that it isn't lost. Returns whether it was.
 */
export const keepOtherEdit = async (
  t: TransactionSql,
  ref: { workspaceId: string; postId: string; userId: string },
  form: PostForm,
): Promise<boolean> => {
  const edit = await findUnsavedEdit(t, ref)
  if (!edit || edit.savedAt.toISOString() === form.editAt) return false
  if (isDeepStrictEqual(edit.form, typedOf(form))) return false
  await insertVersion(t, ref, { ...edit, version: 0, userId: ref.userId, at: edit.savedAt })
  await trimVersions(t, ref)
  return true
}

const lengthOf = ({ text, variants, fields, media }: TypedForm): number =>
  [
    text,
    ...Object.values(variants),
    ...Object.values(fields).flatMap((own) => Object.values(own)),
    ...media.map(({ altText }) => altText),
  ].reduce((sum, words) => sum + words.length, 0)
