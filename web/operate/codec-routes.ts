import { HTTPException } from 'hono/http-exception'
import { forUsers, type WebDeps } from '../http/env.ts'
import { bodyMaxBytes, readBody } from '../http/forms/body.ts'
import { requireOperator } from '../http/session.ts'
import { jsonOf, payloadOf, payloadsJson } from './payload-json.ts'

/**
 * promise: S4: decrypts payloads for operators in the Temporal UI: ids, states and times. It never
 * encrypts, so nobody can forge a payload through it. It is on the same origin, so the browser
 * sends the session cookie.
 */
export const codecRoutes = (deps: WebDeps) =>
  forUsers.createApp().post('/codec/decode', requireOperator, async (c) => {
    const read = payloadsJson.safeParse(jsonIn(await readBody(c, bodyMaxBytes)))
    if (!read.success) throw new HTTPException(422, { message: 'This is not a list of payloads.' })
    const opened = await deps.temporal.open(read.data.payloads.map(payloadOf))
    if (!opened)
      throw new HTTPException(422, {
        message: 'A payload is sealed with a key that is not in VAULT_KEYS.',
      })
    return c.json({ payloads: opened.map(jsonOf) })
  })

const jsonIn = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
