import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { linkPostsMax, listPostRows } from '../../../db/posts/review-links/link-posts.ts'
import { listReviewLinks } from '../../../db/posts/review-links/links.ts'
import { getReviewSettings, listApprovers } from '../../../db/posts/reviews/settings.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { type Errors, fieldErrorsOf } from '../../http/forms/fields.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { idParam, isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { requireFresh } from '../../people/sign-in/confirming.ts'
import { titleOf } from '../../posts/post-title.ts'
import { formats } from '../../time/formats.ts'
import { makeLink, reviewLinksMax, revokeLink } from './making.ts'
import { type LinkSpan, linkSpans, spanOf } from './spans.ts'

const path = '/w/:workspace/reviews/links'
/** Characters of what a link is called. */
export const linkNameMaxCharacters = 80
/** Characters of a link's passphrase. */
export const passphraseMaxCharacters = 100
const passphraseMin = 8
/** How long a link can work, in weeks. */
const lifetimes = [1, 2, 4, 8]

const newLink = z.object({
  name: z.string().max(linkNameMaxCharacters, `Use at most ${linkNameMaxCharacters} characters.`),
  what: z.enum(['posts', ...(Object.keys(linkSpans) as LinkSpan[])], {
    error: 'Choose what the link shows.',
  }),
  weeks: z.coerce
    .number()
    .refine((weeks) => lifetimes.includes(weeks), 'Choose how long the link works.'),
  passphrase: z
    .string()
    .max(passphraseMaxCharacters, `Use at most ${passphraseMaxCharacters} characters.`)
    .refine(
      (typed) => typed === '' || typed.length >= passphraseMin,
      `Use at least ${passphraseMin} characters, or leave it empty.`,
    ),
})

type MemberContext = Context<MemberEnv>

/** Links for clients: whoever may approve posts makes them, and every member sees them. */
export const reviewLinkRoutes = (deps: WebDeps, view: Renderer) => {
  const [member, fresh] = [requireMember(), requireFresh(deps, view)]
  return forMembers
    .createApp()
    .get(path, member, async (c) => {
      const posts = (c.req.queries('post') ?? []).filter(isId).slice(0, linkPostsMax)
      const what = posts.length > 0 ? 'posts' : 'month'
      return show(deps, view, c, { typed: { what, weeks: '2' }, posts, channels: [] })
    })
    .post(path, member, fresh, (c) => make(deps, view, c))
    .post(`${path}/:link/revoke`, member, async (c) => {
      const { workspace, user } = c.var
      await requireApprover(deps, c)
      const by = { workspaceId: workspace.id, userId: user.id }
      if (!(await revokeLink(deps, by, idParam(c, 'link')))) throw new HTTPException(404)
      return seeOther(c, `/w/${workspace.slug}/reviews/links`, 'link-revoked')
    })
}

const make = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const { workspace, user } = c.var
  await requireApprover(deps, c)
  const fields = await formFields(c)
  const typed = { name: '', what: '', weeks: '', passphrase: '', ...fields }
  const posts = (await formList(c, 'post')).filter(isId).slice(0, linkPostsMax)
  const channels = (await formList(c, 'channel')).filter(isId)
  const again = (errors: Errors) => show(deps, view, c, { typed, posts, channels, errors })
  const read = newLink.safeParse(typed)
  if (!read.success) return again(fieldErrorsOf(read.error))
  const { what, weeks, passphrase } = read.data
  if (what === 'posts' && posts.length === 0) return again({ what: 'Choose what the link shows.' })
  const accounts = await listAccountNames(deps.sql, workspace.id)
  if (what !== 'posts' && channels.some((id) => !accounts.some((one) => one.id === id)))
    return again({ what: 'An account that you chose isn’t connected any more. Choose again.' })
  if ((await getReviewSettings(deps.sql, workspace.id)).reviewStages === 'team')
    return again({ what: 'Only the team approves posts here.' })
  const span = what === 'posts' ? null : spanOf(what, workspace, deps.now(), formats(workspace))
  const scope = span ? { ...span, channelIds: channels } : { postIds: posts }
  const usual = span?.name ?? (posts.length === 1 ? 'A post' : `${posts.length} posts`)
  const by = { workspaceId: workspace.id, userId: user.id }
  const name = read.data.name || usual
  const formKey = formKeyIn(fields, 'review-link', workspace.id)
  const code = await makeLink(deps, by, { name, scope, passphrase, weeks }, formKey)
  if (code === null)
    return again({ name: `A workspace can have ${reviewLinksMax} links. Revoke one first.` })
  // Only this page shows the link, so the POST answers with the page instead of a redirect.
  c.header('Cache-Control', 'no-store')
  const made = { name, url: `${deps.config.publicUrl}/review/${code}`, passphrase }
  return show(deps, view, c, {
    typed: { what: 'month', weeks: '2' },
    posts: [],
    channels: [],
    made,
  })
}

const requireApprover = async (deps: WebDeps, c: MemberContext): Promise<void> => {
  if (!(await isApprover(deps, c))) throw new HTTPException(403, { message: approversOnly })
}

const isApprover = async (deps: WebDeps, { var: { workspace, user } }: MemberContext) =>
  (await listApprovers(deps.sql, workspace.id)).some(({ userId }) => userId === user.id)

const approversOnly =
  'Only admins and reviewers can share posts for review. Ask an admin to make you a reviewer.'

type Shown = {
  typed: Record<string, string>
  posts: string[]
  channels: string[]
  errors?: Errors
  made?: { name: string; url: string; passphrase: string }
}

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  { typed, posts, channels, errors = {}, made }: Shown,
): Promise<Response> => {
  const { workspace } = c.var
  const [links, accounts, settings, chosen, mayMake] = await Promise.all([
    listReviewLinks(deps.sql, workspace.id, new Date(deps.now())),
    listAccountNames(deps.sql, workspace.id),
    getReviewSettings(deps.sql, workspace.id),
    listPostRows(deps.sql, workspace.id, posts),
    isApprover(deps, c),
  ])
  const data = {
    base: `/w/${workspace.slug}`,
    links,
    mayMake,
    asksClients: settings.reviewStages !== 'team',
    accounts: accounts.map((one) => ({
      ...one,
      label: `${deps.platforms.platforms.get(one.platform)?.label ?? one.platform}: ${one.name}`,
    })),
    chosen: chosen.map(({ id, text }) => ({ id, title: titleOf(text) })),
    spans: Object.entries(linkSpans).map(([value, label]) => ({ value, label })),
    lifetimes: lifetimes.map((weeks) => ({
      value: String(weeks),
      label: weeks === 1 ? '1 week' : `${weeks} weeks`,
    })),
    values: { name: '', passphrase: '', ...typed },
    channels,
    errors,
    made,
    nameMax: linkNameMaxCharacters,
    passphraseMax: passphraseMaxCharacters,
  }
  return view.page(c, 'reviews/links', data, Object.keys(errors).length > 0 ? 422 : 200)
}
