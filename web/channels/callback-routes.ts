import { bodyLimit } from 'hono/body-limit'
import { recordEvent } from '../../db/events.ts'
import { hit } from '../../db/throttle.ts'
import type { Callback, Issuer } from '../../platforms/grant.ts'
import { carryOut } from '../callbacks.ts'
import { forAnyone, type WebDeps } from '../env.ts'

const bodyMaxBytes = 64 * 1024
/** Refused calls of an hour that leave a line: a flood must not fill the table. */
const refusalsPerHour = 60

/**
 * What the issuers call by themselves. Mounted before session and same-origin rules: the signature is what lets a call in. A forged or
 * stale one is answered with 400 and leaves an event.
 */
export const callbackRoutes = (deps: WebDeps) => {
  const app = forAnyone.createApp()
  for (const issuer of deps.platforms.issuers.values())
    for (const callback of issuer.callbacks)
      app.post(`/callbacks/${issuer.name}${callback.path}`, bodyLimit({ maxSize: bodyMaxBytes }), async (c) => {
        const body = new Uint8Array(await c.req.arrayBuffer())
        const news = callback.read({ body, header: (name) => c.req.header(name) }, deps.now())
        if (!news) return c.json({ error: await refuse(deps, issuer, callback) }, 400)
        return c.json(await carryOut(deps, issuer, news))
      })
  return app
}

const refuse = async (deps: WebDeps, issuer: Issuer, callback: Callback): Promise<string> => {
  const { allowed } = await hit(deps.sql, `callback:${issuer.name}`, refusalsPerHour, 3_600)
  const facts = { issuer: issuer.name, path: callback.path }
  if (allowed) await recordEvent(deps.sql, { name: 'callback.refused', workspaceId: null, userId: null, subjectId: null, facts })
  deps.log.warn(facts, 'a callback was refused: not signed by the platform, or too old')
  return 'This call is not signed with the secret of the app, or it is too old.'
}
