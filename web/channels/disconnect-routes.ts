import type { Context } from 'hono'
import { findToDisconnect } from '../../db/channels/disconnecting.ts'
import { noteNextCheck } from '../../db/channels/grant-upkeep.ts'
import { revocationDays } from '../../db/channels/revocations.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { disconnect } from './disconnecting.ts'

const base = '/w/:workspace/channels/:channel'

/** Disconnecting an account, with a confirmation page, and checking its connection now. */
export const disconnectRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember('admin')
  // Disconnecting can delete the account's history, so it is confirmed like a deletion.
  const fresh = requireFresh(deps, view)
  return forMembers
    .createApp()
    .get(`${base}/disconnect`, guard, fresh as never, (c) => ask(deps, view, c))
    .post(`${base}/disconnect`, guard, fresh as never, async (c) => {
      const channelId = idParam(c, 'channel')
      const { history } = await formFields(c)
      if (history !== 'keep' && history !== 'erase')
        return await ask(deps, view, c, 'Choose what happens to its history.')
      const asked = {
        workspaceId: c.var.workspace.id,
        userId: c.var.user.id,
        channelId,
        erasesHistory: history === 'erase',
      }
      if (!(await disconnect(deps, asked))) return c.notFound()
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`, 'account-disconnected')
    })
    .post(`${base}/check`, guard, async (c) => {
      const account = await findToDisconnect(deps.sql, {
        workspaceId: c.var.workspace.id,
        channelId: idParam(c, 'channel'),
      })
      if (!account) return c.notFound()
      await noteNextCheck(deps.sql, account.grantId, new Date(deps.now()))
      await enqueue(deps.sql, 'grant', account.grantId)
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`, 'connection-checked')
    })
}

const ask = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  error = '',
): Promise<Response> => {
  const channel = await findToDisconnect(deps.sql, {
    workspaceId: c.var.workspace.id,
    channelId: idParam(c, 'channel'),
  })
  if (!channel) return c.notFound() as Response
  const { platforms, issuers } = deps.platforms
  const data = {
    channel,
    definition: platforms.get(channel.platform),
    label: issuers.get(channel.issuer)?.label ?? channel.issuer,
  }
  return view.page(c, 'channels/disconnect', { ...data, revocationDays, error }, error ? 422 : 200)
}
