import type { Context } from 'hono'
import { findToDisconnect } from '../../db/disconnections.ts'
import { noteNextCheck } from '../../db/grant-upkeep.ts'
import { enqueue } from '../../db/outbox.ts'
import { formFields, seeOther } from '../answers.ts'
import { disconnect } from '../disconnecting.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { idParam } from '../ids.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

const base = '/w/:workspace/channels/:channel'

/** One connected account: disconnecting it, with a page that says what that means, and having its connection checked now. */
export const disconnectRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember('admin')
  return forMembers
    .createApp()
    .get(`${base}/disconnect`, guard, (c) => ask(deps, view, c))
    .post(`${base}/disconnect`, guard, async (c) => {
      const channelId = idParam(c, 'channel')
      const { history } = await formFields(c)
      if (history !== 'keep' && history !== 'erase') return await ask(deps, view, c, 'Choose what becomes of its history.')
      const asked = { workspaceId: c.var.workspace.id, userId: c.var.user.id, channelId, erasesHistory: history === 'erase' }
      if (!(await disconnect(deps, asked))) return c.notFound()
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`, 'account-disconnected')
    })
    .post(`${base}/check`, guard, async (c) => {
      const account = await findToDisconnect(deps.sql, { workspaceId: c.var.workspace.id, channelId: idParam(c, 'channel') })
      if (!account) return c.notFound()
      await noteNextCheck(deps.sql, account.grantId, new Date(deps.now()))
      await enqueue(deps.sql, 'grant', account.grantId)
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`, 'connection-checked')
    })
}

const ask = async (deps: WebDeps, view: Renderer, c: Context<MemberEnv>, error = ''): Promise<Response> => {
  const channel = await findToDisconnect(deps.sql, { workspaceId: c.var.workspace.id, channelId: idParam(c, 'channel') })
  if (!channel) return c.notFound() as Response
  const { platforms, issuers } = deps.platforms
  const data = {
    channel,
    definition: platforms.get(channel.platform),
    label: issuers.get(channel.issuer)?.label ?? channel.issuer,
  }
  return view.page(c, 'channels/disconnect', { ...data, error }, error ? 422 : 200)
}
