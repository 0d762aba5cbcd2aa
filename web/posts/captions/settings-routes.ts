import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import {
  addCaption,
  changeCaption,
  deleteCaption,
  findCaption,
  listCaptions,
} from '../../../db/posts/captions/captions.ts'
import { formFields, seeOther } from '../../http/answers.ts'
import { actorIn, forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { type Errors, fieldErrorsOf } from '../../http/forms/fields.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import {
  captionIn,
  captionNameMax,
  captionSearchMax,
  captionsMax,
  captionTextMax,
} from './caption.ts'

const path = '/w/:workspace/settings/captions'
type MemberContext = Context<MemberEnv>

/** What was typed and refused: about a caption, or a new one (null). */
type Refused = { captionId: string | null; values: Record<string, string>; errors: Errors }

const taken: Errors = { name: 'Another saved caption has this name. Choose a different one.' }
const full: Errors = {
  name: `This workspace has ${captionsMax} saved captions, which is the most. Delete one first.`,
}

/**
 * The saved captions and groups of hashtags of a workspace. Every member can change them: writing
 * posts is daily work.
 */
export const captionRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(path, requireMember(), (c) => show(deps, view, c, null))
    .get(`${path}/:caption/text`, requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, captionId: idParam(c, 'caption') }
      const caption = await findCaption(deps.sql, ref)
      if (!caption) throw new HTTPException(404)
      return c.text(caption.text)
    })
    .post(path, requireMember(), async (c) => {
      const { workspaceId, userId } = actorIn(c)
      const { kind = '', name = '', text = '' } = await formFields(c)
      const values = { kind, name, text }
      const given = captionIn.safeParse(values)
      if (!given.success)
        return show(deps, view, c, { captionId: null, values, errors: fieldErrorsOf(given.error) })
      const added = await tx(deps.sql, async (t) => {
        const done = await addCaption(t, workspaceId, given.data, captionsMax)
        if (typeof done === 'object')
          await recordEvent(t, { name: 'caption.added', workspaceId, userId, subjectId: done.id })
        return done
      })
      if (typeof added === 'object') return seeOther(c, listIn(c), 'caption-added')
      const errors = added === 'taken' ? taken : full
      return show(deps, view, c, { captionId: null, values, errors })
    })
    .post(`${path}/:caption/change`, requireMember(), async (c) => {
      const { workspaceId, userId } = actorIn(c)
      const captionId = idParam(c, 'caption')
      const { kind = '', name = '', text = '' } = await formFields(c)
      const values = { kind, name, text }
      const ref = { workspaceId, captionId }
      if (!(await findCaption(deps.sql, ref))) throw new HTTPException(404)
      const given = captionIn.safeParse(values)
      if (!given.success)
        return show(deps, view, c, { captionId, values, errors: fieldErrorsOf(given.error) })
      const done = await tx(deps.sql, async (t) => {
        const changed = await changeCaption(t, ref, given.data)
        const about = { workspaceId, userId, subjectId: captionId }
        if (changed === 'changed') await recordEvent(t, { name: 'caption.changed', ...about })
        return changed
      })
      if (done === 'gone') throw new HTTPException(404)
      if (done === 'taken') return show(deps, view, c, { captionId, values, errors: taken })
      return seeOther(c, listIn(c), 'caption-saved')
    })
    .post(`${path}/:caption/delete`, requireMember(), async (c) => {
      const { workspaceId, userId } = actorIn(c)
      const captionId = idParam(c, 'caption')
      await tx(deps.sql, async (t) => {
        if (!(await deleteCaption(t, { workspaceId, captionId }))) throw new HTTPException(404)
        const about = { workspaceId, userId, subjectId: captionId }
        await recordEvent(t, { name: 'caption.removed', ...about })
      })
      return seeOther(c, listIn(c), 'caption-deleted')
    })

const listIn = (c: MemberContext): string => `/w/${c.var.workspace.slug}/settings/captions`

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  refused: Refused | null,
): Promise<Response> => {
  const words = (c.req.query('q') ?? '').replaceAll('\0', '').trim().slice(0, captionSearchMax)
  const captions = await listCaptions(deps.sql, c.var.workspace.id, words)
  const data = { captions, words, refused, captionNameMax, captionTextMax, captionSearchMax }
  return view.page(c, 'settings/captions', data, refused ? 422 : 200)
}
