import { noteCallbackCall } from '../../db/channels/callback-calls.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { hit } from '../../db/people/throttle.ts'
import type { Callback, Issuer } from '../../platforms/grant.ts'
import { forAnyone, type WebDeps } from '../http/env.ts'
import { readBody } from '../http/forms/body.ts'
import { carryOut } from './callbacks.ts'

export const callbackMaxBytes = 64 * 1024
/**
 * The response to a call without a body. Such a call leaves no event. `operate -- doctor` makes
 * one.
 */
export const emptyCall = 'This call is empty.'
/** How many refused calls per hour are recorded, so that a flood can't fill the table. */
const refusalsPerHour = 60

/**
 * Webhooks of the issuers. Mounted before the session and same-origin checks, because the signature
 * authenticates a call. A call with a wrong or old signature gets a 400 and is recorded as an
 * event.
 */
export const callbackRoutes = (deps: WebDeps) => {
  const app = forAnyone.createApp()
  for (const issuer of deps.platforms.issuers.values())
    for (const callback of issuer.callbacks)
      app.post(`/callbacks/${issuer.name}${callback.path}`, async (c) => {
        const body = await readBody(c, callbackMaxBytes)
        if (body.byteLength === 0) return c.json({ error: emptyCall }, 400)
        const news = callback.read({ body, header: (name) => c.req.header(name) }, deps.now())
        if (!news) return c.json({ error: await refuse(deps, issuer, callback) }, 400)
        const answer = await carryOut(deps, issuer, news)
        await noteCallbackCall(deps.sql, {
          issuer: issuer.name,
          path: callback.path,
          calledAt: new Date(deps.now()),
        })
        return c.json(answer)
      })
  return app
}

const refuse = async (deps: WebDeps, issuer: Issuer, callback: Callback): Promise<string> => {
  const { allowed } = await hit(deps.sql, `callback:${issuer.name}`, refusalsPerHour, 3_600)
  const facts = { issuer: issuer.name, path: callback.path }
  if (allowed)
    await recordEvent(deps.sql, {
      name: 'callback.refused',
      workspaceId: null,
      userId: null,
      subjectId: null,
      facts,
    })
  deps.log.warn(facts, 'rejected a callback: not signed by the platform, or too old')
  return 'This call isn’t signed with the app’s secret, or it is too old.'
}
