import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { forUsers, type WebDeps } from '../env.ts'
import { jsonOf, payloadOf, payloadsJson } from '../payload-json.ts'
import { requireOperator } from '../session.ts'

const maxBytes = 8 * 1024 * 1024

/**
 * promise: S4: opens for operators what their Temporal UI shows sealed: ids, states and times. It only opens: nothing is ever
 * sealed for the UI, so nobody can make a payload of ours by way of it. Same origin, so the session's cookie comes along.
 */
export const codecRoutes = (deps: WebDeps) =>
  forUsers.createApp().post('/codec/decode', requireOperator, bodyLimit({ maxSize: maxBytes }), async (c) => {
    const read = payloadsJson.safeParse(await c.req.json().catch(() => undefined))
    if (!read.success) throw new HTTPException(422, { message: 'This is no list of payloads.' })
    const opened = await deps.temporal.open(read.data.payloads.map(payloadOf))
    if (!opened) throw new HTTPException(422, { message: 'A payload is sealed with a key that is not among VAULT_KEYS.' })
    return c.json({ payloads: opened.map(jsonOf) })
  })
