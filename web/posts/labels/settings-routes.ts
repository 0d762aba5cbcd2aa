import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { labelColors, listLabelUses, mergeLabels } from '../../../db/posts/labels/labels.ts'
import { formFields, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../../http/env.ts'
import { idParam, isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import {
  addNamedLabel,
  changeLabel,
  labelColor,
  labelMaxCharacters,
  labelName,
  removeLabel,
} from './label.ts'

const path = '/w/:workspace/settings/labels'
type MemberContext = Context<MemberEnv>

/**
 * What was typed and refused: about a label, or a new one (null). `into`: the label that already
 * has the typed name.
 */
type Refused = {
  labelId: string | null
  name: string
  color: string
  error: string
  into?: { id: string; name: string }
}

/** The labels of a workspace. Every member can change them: sorting posts is daily work. */
export const labelRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(path, requireMember(), (c) => show(deps, view, c, null))
    .post(path, requireMember(), async (c) => {
      const { name = '', color = '' } = await formFields(c)
      const chosen = labelColor.safeParse(color)
      const given = chosen.success ? { name, color: chosen.data } : { name }
      const added = await addNamedLabel(deps, memberIn(c), given)
      const error =
        'error' in added
          ? added.error
          : added.isNew
            ? null
            : `There is a label “${added.label.name}” already.`
      if (error) return show(deps, view, c, { labelId: null, name, color, error })
      return seeOther(c, listIn(c), 'label-added')
    })
    .post(`${path}/:label/change`, requireMember(), async (c) => {
      const labelId = idParam(c, 'label')
      const { name = '', color = '', act, into } = await formFields(c)
      if (act === 'merge') return await merge(deps, c, labelId, into)
      const refused = await rename(deps, c, labelId, { name, color })
      if (refused) return show(deps, view, c, refused)
      return seeOther(c, listIn(c), 'label-saved')
    })
    .post(`${path}/:label/delete`, requireMember(), async (c) => {
      const isRemoved = await removeLabel(deps, memberIn(c), idParam(c, 'label'))
      if (!isRemoved) throw new HTTPException(404)
      return seeOther(c, listIn(c), 'label-deleted')
    })

const listIn = (c: MemberContext): string => `/w/${c.var.workspace.slug}/settings/labels`

/** Returns what is wrong with the form, or null if the label has the name and the color. */
const rename = async (
  deps: WebDeps,
  c: MemberContext,
  labelId: string,
  typed: { name: string; color: string },
): Promise<Refused | null> => {
  const [name, color] = [labelName.safeParse(typed.name), labelColor.safeParse(typed.color)]
  const labels = await listLabelUses(deps.sql, c.var.workspace.id)
  if (!labels.some((one) => one.id === labelId)) throw new HTTPException(404)
  const wrong = name.error ?? color.error
  if (!name.success || !color.success)
    return { labelId, ...typed, error: wrong?.issues[0]?.message ?? '' }
  const given = { name: name.data, color: color.data }
  const done = await changeLabel(deps, memberIn(c), labelId, given)
  if (done.as === 'gone') throw new HTTPException(404)
  if (done.as === 'renamed') return null
  const other = labels.find((one) => one.id === done.into)
  const into = { id: done.into, name: other?.name ?? name.data }
  const error = `There is a label “${into.name}” already. Merge them, or choose another name.`
  return { labelId, ...typed, error, into }
}

const merge = async (
  deps: WebDeps,
  c: MemberContext,
  labelId: string,
  into: string | undefined,
): Promise<Response> => {
  const { workspace, userId } = memberIn(c)
  if (!isId(into) || into === labelId) throw new HTTPException(404)
  await tx(deps.sql, async (t) => {
    if (!(await mergeLabels(t, { workspaceId: workspace.id, labelId }, into)))
      throw new HTTPException(404)
    const about = { workspaceId: workspace.id, userId, subjectId: into }
    await recordEvent(t, { name: 'label.merged', ...about })
  })
  return seeOther(c, listIn(c), 'labels-merged')
}

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  refused: Refused | null,
): Promise<Response> => {
  const labels = await listLabelUses(deps.sql, c.var.workspace.id)
  const data = { labels, colors: labelColors, refused, labelMaxCharacters }
  return view.page(c, 'settings/labels', data, refused ? 422 : 200)
}
