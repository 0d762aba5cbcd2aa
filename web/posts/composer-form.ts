import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ZodError } from 'zod'
import type { Db } from '../../db/postgres/connect.ts'
import { listComposedMedia } from '../../db/posts/composed-media.ts'
import { findPostNote } from '../../db/posts/drafts/notes.ts'
import { listPostLabels } from '../../db/posts/labels/labels.ts'
import type { PostRow } from '../../db/posts/posts.ts'
import { isSent } from '../../db/posts/target-states.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import { valuesOf } from '../../posting/channel-draft.ts'
import type { MemberEnv, Workspace } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import { foldOf, wallTimeOf } from '../time/wall-time.ts'
import { emptyPostForm, type PostForm, readPostForm } from './post-form.ts'
import { hasOwnTimes } from './when/plan.ts'

/** The form for a new post. The URL may set a day, files and accounts. */
export const formToStart = (c: Context<MemberEnv>): PostForm => {
  const ids = (name: string) => (c.req.queries(name) ?? []).filter(isId)
  const at = c.req.query('at') ?? ''
  return emptyPostForm({
    zone: c.var.workspace.zone,
    time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(at)
      ? at
      : /^\d{4}-\d{2}-\d{2}$/.test(at)
        ? `${at}T10:00`
        : '',
    media: ids('media').map((id) => ({ id, altText: null, edits: null })),
    channels: ids('channel'),
  })
}

/** The form for editing a stored post. */
export const formOfPost = async (
  sql: Db,
  { zone }: Pick<Workspace, 'zone'>,
  post: PostRow,
): Promise<PostForm> => {
  const ref = { workspaceId: post.workspaceId, postId: post.id }
  const [media, targets, labels, note] = await Promise.all([
    listComposedMedia(sql, ref),
    listTargets(sql, ref),
    listPostLabels(sql, ref),
    findPostNote(sql, ref),
  ])
  const choices = Object.entries(post.choices)
  return emptyPostForm({
    text: post.text,
    link: post.link ?? '',
    variants: post.variants,
    channels: stillMeant(
      choices.map(([id]) => id),
      targets,
    ),
    kinds: Object.fromEntries(choices.map(([id, choice]) => [id, choice.kind])),
    fields: Object.fromEntries(choices.map(([id, choice]) => [id, valuesOf(choice.settings)])),
    labels: labels.map(({ id }) => id),
    note,
    media: media.map(({ id, altText, edits }) => ({ id, altText, edits })),
    zone,
    time: timeToEdit(post, targets, zone),
    fold: post.dueAt ? foldOf(post.dueAt, zone) : null,
    version: post.version,
    left: leftOf(targets),
    repeat: post.repeats,
  })
}

/** Times that differ by account, and places in the queue, are kept until a person chooses others. */
const timeToEdit = (post: PostRow, targets: TargetRow[], zone: string): string => {
  if (post.state === 'scheduled' && hasOwnTimes(targets)) return 'keep'
  return post.dueAt ? wallTimeOf(post.dueAt, zone) : (post.slotChoice ?? '')
}

/** The number of accounts that the post was sent to. */
export const leftOf = (targets: TargetRow[]): number =>
  targets.filter((target) => isSent(target.state)).length

/**
 * Leaves out accounts whose target was canceled, unless all were: then scheduling again means all
 * of them.
 */
const stillMeant = (chosen: string[], targets: TargetRow[]): string[] => {
  const canceled = targets
    .filter((target) => target.state === 'canceled')
    .map((target) => target.channelId)
  return canceled.length === targets.length ? chosen : chosen.filter((id) => !canceled.includes(id))
}

/** Reads the posted form. 400 if our own form could not have sent it. */
export const formOfRequest = (body: FormData, reader: Workspace): PostForm => {
  try {
    return readPostForm(body, reader)
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    throw new HTTPException(400, {
      message: 'Something is wrong with this form. Go back, reload the page and try again.',
    })
  }
}
