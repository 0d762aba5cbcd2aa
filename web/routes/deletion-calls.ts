import { bodyLimit } from 'hono/body-limit'
import { tx } from '../../db/connect.ts'
import { openDeletionRequest } from '../../db/deletion-requests.ts'
import { formFields } from '../answers.ts'
import { forAnyone, type WebDeps } from '../env.ts'

/**
 * promise: E5: a platform says that somebody wants their data deleted. Whoever it is there, known here or not, gets a page to follow it;
 * what is not signed by the platform is refused.
 */
export const deletionCallRoutes = (deps: Pick<WebDeps, 'sql' | 'platforms' | 'config' | 'now' | 'log'>) =>
  forAnyone.createApp().post('/callbacks/:issuer/data-deletion', bodyLimit({ maxSize: 16 * 1024 }), async (c) => {
    const issuer = deps.platforms.issuers.get(c.req.param('issuer'))
    if (!issuer?.readDeletionCall) return c.json({ error: 'There is nothing at this address.' }, 404)
    const call = issuer.readDeletionCall(await formFields(c), deps.now())
    if (!call) return c.json({ error: `This is not signed by ${issuer.label}, or too old.` }, 400)
    const subject = { issuer: issuer.name, issuerUserId: call.userId }
    const { code } = await tx(deps.sql, (t) =>
      openDeletionRequest(t, { ...subject, origin: 'issuer', now: new Date(deps.now()) }),
    )
    return c.json({ url: `${deps.config.publicUrl}/data-deletion/${code}`, confirmation_code: code })
  })
