import { findUnsavedEdit } from '../../../db/posts/drafts/unsaved-edits.ts'
import { listVersions, type TypedForm } from '../../../db/posts/drafts/versions.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formOfPost, leftOf } from '../composer-form.ts'
import { emptyPostForm, type PostForm } from '../post-form.ts'

/**
 * What the composer opens with. `unsavedAt`: when the person last typed, if the form is an edit
 * that isn't part of the post. `isChanged`: the post has changed since that edit began, so both
 * must be shown.
 */
export type Opened = { form: PostForm; unsavedAt: Date | null; isChanged: boolean }

/** The person's own unsaved edit if there is one, or else the post as it was typed. */
export const openPost = async (
  deps: WebDeps,
  workspace: Workspace,
  userId: string,
  post: PostRow,
): Promise<Opened> => {
  const ref = { workspaceId: workspace.id, postId: post.id }
  const [edit, [latest], saved] = await Promise.all([
    findUnsavedEdit(deps.sql, { ...ref, userId }),
    listVersions(deps.sql, ref, 1),
    formOfPost(deps.sql, workspace, post),
  ])
  if (edit)
    return {
      form: {
        ...(await formOf(deps, post, edit.form)),
        aside: true,
        editAt: edit.savedAt.toISOString(),
      },
      unsavedAt: edit.savedAt,
      isChanged: edit.version !== post.version,
    }
  const isTyped = post.state === 'draft' && latest?.version === post.version
  const form = isTyped ? await formOf(deps, post, latest.form) : saved
  return { form, unsavedAt: null, isChanged: false }
}

/** The form to edit a post, filled with what was typed. */
export const formOf = async (deps: WebDeps, post: PostRow, typed: TypedForm): Promise<PostForm> => {
  const targets = await listTargets(deps.sql, { workspaceId: post.workspaceId, postId: post.id })
  return emptyPostForm({ ...typed, version: post.version, left: leftOf(targets) })
}
