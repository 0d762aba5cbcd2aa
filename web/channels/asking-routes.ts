import { backIn, formFields, seeOther } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import { requireMember } from '../http/session.ts'
import { askAdmins } from './asking.ts'

/** A member who is not an admin asks the admins to reconnect or renew a connection. */
export const askingRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .post('/w/:workspace/connections/:grant/ask', requireMember(), async (c) => {
      const { workspace, user } = c.var
      const { back } = await formFields(c)
      const ask = { workspaceId: workspace.id, userId: user.id, grantId: idParam(c, 'grant') }
      if (!(await askAdmins(deps, ask))) return c.notFound()
      return seeOther(c, backIn(c, back) ?? `/w/${workspace.slug}/channels`, 'admins-asked')
    })
