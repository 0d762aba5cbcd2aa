import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { tx } from '../../../db/postgres/connect.ts'
import { lockMedia } from '../../../db/posts/library/acts.ts'
import { addMediaLabels, dropOtherLabels } from '../../../db/posts/library/labels.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../../http/env.ts'
import { isId } from '../../http/ids.ts'
import { requireMember } from '../../http/session.ts'
import { addNamedLabel, labelsOfPostMax } from '../../posts/labels/label.ts'
import { findFile } from './page.ts'
import { backTo, selected } from './selection.ts'

const one = '/w/:workspace/media/:id{[0-9a-f]{8}-[0-9a-f-]{27}}'

/** The labels of files: those of one are replaced, several get one more. */
export const mediaLabelRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .post(`${one}/labels/change`, requireMember(), async (c) => {
      const { id: mediaId, workspaceId } = await findFile(deps, c)
      const labelIds = await labelsIn(deps, c)
      await tx(deps.sql, async (t) => {
        await lockMedia(t, workspaceId, [mediaId])
        await dropOtherLabels(t, { workspaceId, mediaId }, labelIds)
        await addMediaLabels(t, workspaceId, { mediaIds: [mediaId], labelIds }, labelsOfPostMax)
      })
      return seeOther(c, await backTo(c), 'media-labels-saved')
    })
    .post('/w/:workspace/media/labels/change', requireMember(), async (c) => {
      const mediaIds = await selected(c)
      const labelIds = await labelsIn(deps, c)
      if (labelIds.length === 0)
        throw new HTTPException(422, { message: 'Choose a label, or enter a new one.' })
      const workspaceId = c.var.workspace.id
      await tx(deps.sql, async (t) => {
        await lockMedia(t, workspaceId, mediaIds)
        const full = await addMediaLabels(t, workspaceId, { mediaIds, labelIds }, labelsOfPostMax)
        if (full > 0) throw tooMany(`${full} of these would have more`)
      })
      return seeOther(c, await backTo(c), 'media-labeled')
    })

/** The chosen labels, with the new one that was typed, which is added if there is none. */
const labelsIn = async (deps: WebDeps, c: Context<MemberEnv>): Promise<string[]> => {
  const chosen = [...new Set((await formList(c, 'label')).filter(isId))]
  const { new_label: typed = '' } = await formFields(c)
  const isNew = typed.trim() !== ''
  if (chosen.length + (isNew ? 1 : 0) > labelsOfPostMax) throw tooMany('you chose more')
  if (!isNew) return chosen
  const actor = memberIn(c)
  const added = await addNamedLabel(deps, actor, { name: typed })
  if ('error' in added) throw new HTTPException(422, { message: added.error })
  return [...new Set([...chosen, added.label.id])]
}

const tooMany = (why: string): HTTPException =>
  new HTTPException(422, {
    message: `A file has at most ${labelsOfPostMax} labels, and ${why}. No label was changed.`,
  })
