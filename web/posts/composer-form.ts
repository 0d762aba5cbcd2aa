import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ZodError } from 'zod'
import { listComposedMedia } from '../db/composed-media.ts'
import type { PostRow } from '../db/posts.ts'
import { valuesOf } from './composer.ts'
import type { MemberEnv, WebDeps, Workspace } from './env.ts'
import { isId } from './ids.ts'
import { emptyPostForm, type PostForm, readPostForm } from './post-form.ts'
import { foldOf, wallTimeOf } from './wall-time.ts'

/** A new post may begin with a day from the calendar and with files from the media page. */
export const formToStart = (c: Context<MemberEnv>): PostForm => {
  const ids = (name: string) => (c.req.queries(name) ?? []).filter(isId)
  const at = c.req.query('at') ?? ''
  return emptyPostForm({
    time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(at) ? at : /^\d{4}-\d{2}-\d{2}$/.test(at) ? `${at}T10:00` : '',
    media: ids('media').map((id) => ({ id, altText: '' })),
    channels: ids('channel'),
  })
}

/** A stored post as the form it was typed in. */
export const formOfPost = async (deps: WebDeps, workspace: Workspace, post: PostRow): Promise<PostForm> => {
  const media = await listComposedMedia(deps.sql, { workspaceId: workspace.id, postId: post.id })
  const choices = Object.entries(post.choices)
  return emptyPostForm({
    text: post.text,
    link: post.link ?? '',
    variants: post.variants,
    channels: choices.map(([id]) => id),
    kinds: Object.fromEntries(choices.map(([id, choice]) => [id, choice.kind])),
    fields: Object.fromEntries(choices.map(([id, choice]) => [id, valuesOf(choice.settings)])),
    media: media.map(({ id, altText }) => ({ id, altText })),
    time: post.dueAt ? wallTimeOf(post.dueAt, workspace.zone) : '',
    fold: post.dueAt ? foldOf(post.dueAt, workspace.zone) : null,
    version: post.version,
  })
}

/** The posted form; a request that no form of ours can make is refused. */
export const formOfRequest = (body: FormData): PostForm => {
  try {
    return readPostForm(body)
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    throw new HTTPException(400, { message: 'The form is not as CrateSocial sends it. Go back and reload the page.' })
  }
}
