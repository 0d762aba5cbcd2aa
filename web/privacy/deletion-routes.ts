import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { findRequestByCode, isBeingErased, openDeletionRequest, readableCode } from '../../db/deletion-requests.ts'
import { listShares } from '../../db/erasure.ts'
import { findOpenLink, insertMailLink, spendLink } from '../../db/mail-links.ts'
import { enqueue } from '../../db/outbox.ts'
import { rules } from '../../db/retention.ts'
import { findUserByEmail } from '../../db/users.ts'
import { formFields, seeOther } from '../answers.ts'
import { sayRequest } from '../deletion-words.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../env.ts'
import { email as emailField, faultsOf } from '../fields.ts'
import { formats } from '../formats.ts'
import type { Renderer } from '../render.ts'
import { endCookie } from '../session.ts'
import { countHits, deletionLimits, limitLinks, tooManyWords } from '../throttling.ts'

/** For how long the page of a request is kept after its last step. */
const { keep } = rules.find((rule) => rule.name === 'deletion_requests')!

// As long as asking takes for an address that is known, so that the time does not tell them apart.
const answerAfterMs = 250

/** promise: E4: public, needs no sign-in, and acts: a request starts here, is confirmed by mail, and is followed here. */
export const dataDeletionRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/data-deletion', (c) => view.page(c, 'pages/data-deletion', { errors: {}, contact: deps.config.mail.contact }))
    .post('/data-deletion', (c) => ask(c, deps, view))
    .get('/data-deletion/confirm/:token', limitLinks(deps), async (c) => {
      const link = await findOpenLink(deps.sql, 'deletion', c.req.param('token'), new Date(deps.now()))
      if (!link) return view.page(c, 'data-deletion/closed', {}, 404)
      return view.page(c, 'data-deletion/confirm', { shares: await listShares(deps.sql, link.userId), action: c.req.path })
    })
    .post('/data-deletion/confirm/:token', limitLinks(deps), async (c) => {
      const code = await confirm(deps, c.req.param('token'))
      if (!code) return view.page(c, 'data-deletion/closed', {}, 404)
      endCookie(c)
      return seeOther(c, `/data-deletion/${code}`)
    })
    .get('/data-deletion/:code', limitCodes(deps), (c) => follow(c, deps, view))

const ask = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const page = { contact: deps.config.mail.contact }
  const values = { email: '', ...(await formFields(c)) }
  const read = z.object({ email: emailField }).safeParse(values)
  if (!read.success) return view.page(c, 'pages/data-deletion', { ...page, values, errors: faultsOf(read.error) }, 422)
  const waitS = await countHits(deps, deletionLimits(c, deps, read.data.email))
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return view.page(c, 'pages/data-deletion', { ...page, values, errors: { form: tooManyWords(waitS) } }, 429)
  }
  await Promise.all([mailLink(deps, read.data.email), sleep(answerAfterMs)])
  return view.page(c, 'data-deletion/asked', page)
}

/** Nothing happens for an address that nobody has, and nobody is told so. */
const mailLink = async (deps: WebDeps, email: string): Promise<void> => {
  const person = await findUserByEmail(deps.sql, email)
  if (!person || (await isBeingErased(deps.sql, person.id))) return
  await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    await enqueue(t, 'mail-link', await insertMailLink(t, { userId: person.id, purpose: 'deletion', now }))
  })
}

const confirm = async (deps: WebDeps, token: string): Promise<string | null> =>
  await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'deletion', token, now)
    if (!link || !(await spendLink(t, link.id, now))) return null
    const { code } = await openDeletionRequest(t, { origin: 'page', userId: link.userId, now })
    return code
  })

const follow = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const code = c.req.param('code') ?? ''
  const request = await findRequestByCode(deps.sql, code)
  if (!request) return view.page(c, 'data-deletion/unknown', { keep, contact: deps.config.mail.contact }, 404)
  // Whoever looks, in the same zone, so that the page says the same to everybody.
  const fmt = formats('UTC', deps.now())
  const labelOf = (issuer: string) => deps.platforms.issuers.get(issuer)?.label ?? 'the platform'
  const data = {
    keep,
    code: readableCode(code),
    requestId: request.id,
    asked: `${fmt.date(request.askedAt)}, ${fmt.time(request.askedAt)} UTC`,
    done: request.finishedAt !== null,
    steps: sayRequest(request, fmt, labelOf),
    contact: deps.config.mail.contact,
  }
  return c.req.query('part') === 'steps'
    ? view.partial(c, 'data-deletion/_steps', data)
    : view.page(c, 'data-deletion/show', data)
}

/** A code cannot be guessed; this keeps trying from costing anything. Following one's own page all day is fine. */
const limitCodes = (deps: WebDeps) =>
  forAnyone.createMiddleware(async (c, next) => {
    const known = await findRequestByCode(deps.sql, c.req.param('code') ?? '')
    if (known) return await next()
    const halted = await limitLinks(deps)(c, async () => undefined)
    if (halted instanceof Response) return halted
    return await next()
  })
