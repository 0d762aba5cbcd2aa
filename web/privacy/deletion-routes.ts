import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { enqueue } from '../../db/notifications/outbox.ts'
import { findOpenLink, insertMailLink, spendLink } from '../../db/people/mail-links.ts'
import { findUserByEmail } from '../../db/people/users.ts'
import { tx } from '../../db/postgres/connect.ts'
import { findFutureCode, readableCode } from '../../db/privacy/deletion-codes.ts'
import { listDeletionItems } from '../../db/privacy/deletion-items.ts'
import {
  findRequestByCode,
  isBeingErased,
  openDeletionRequest,
} from '../../db/privacy/deletion-requests.ts'
import { rules } from '../../db/privacy/retention.ts'
import { usualStyle } from '../../text/date-style.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import { email as emailField, fieldErrorsOf } from '../http/forms/fields.ts'
import type { Renderer } from '../http/render.ts'
import { endCookie } from '../http/session.ts'
import {
  countHits,
  deletionLimits,
  limitLinks,
  limitPublicForms,
  tooManyWords,
} from '../http/throttling.ts'
import { formats } from '../time/formats.ts'
import { findKnownCode } from './deletion-code.ts'
import { sayDeleted } from './deletion-lists.ts'
import { sayProgress, sayRequest } from './deletion-words.ts'
import { forecastErasure } from './erasure-forecast.ts'
import { sayKept } from './kept-lists.ts'
import { policyFacts } from './policy-facts.ts'

/** How long the status page is kept after the last step. */
const { keep } = rules.find((rule) => rule.name === 'deletion_requests')!

// The time that a request for a known address takes, so that the time doesn't reveal which
// addresses are known.
const answerAfterMs = 250

/**
 * promise: E4: public pages without sign-in. People request a deletion here, confirm it by email,
 * and follow its progress.
 */
export const dataDeletionRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/data-deletion', (c) =>
      view.page(c, 'data-deletion/new', { errors: {}, facts: policyFacts(deps.config) }),
    )
    .post('/data-deletion', limitPublicForms(deps), (c) => ask(c, deps, view))
    .get('/data-deletion/confirm/:token', limitLinks(deps), async (c) => {
      const link = await findOpenLink(
        deps.sql,
        'deletion',
        c.req.param('token'),
        new Date(deps.now()),
      )
      if (!link) return view.page(c, 'data-deletion/closed', {}, 404)
      const [forecast, code] = await Promise.all([
        forecastErasure(deps, link.userId),
        findFutureCode(deps.sql, deps.vault, link.userId),
      ])
      return view.page(c, 'data-deletion/confirm', { forecast, code, action: c.req.path })
    })
    .post('/data-deletion/confirm/:token', limitLinks(deps), async (c) => {
      const code = (await confirm(deps, c.req.param('token'))) ?? (await findKnownCode(c, deps))
      if (!code) return view.page(c, 'data-deletion/closed', {}, 404)
      endCookie(c)
      return seeOther(c, `/data-deletion/${code}`)
    })
    .get('/data-deletion/:code', limitCodes(deps), (c) => follow(c, deps, view))

const ask = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const page = { facts: policyFacts(deps.config) }
  const values = { email: '', ...(await formFields(c)) }
  const read = z.object({ email: emailField }).safeParse(values)
  if (!read.success)
    return view.page(
      c,
      'data-deletion/new',
      { ...page, values, errors: fieldErrorsOf(read.error) },
      422,
    )
  const waitS = await countHits(deps, deletionLimits(c, deps, read.data.email))
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return view.page(
      c,
      'data-deletion/new',
      { ...page, values, errors: { form: tooManyWords(waitS) } },
      429,
    )
  }
  await Promise.all([mailLink(deps, read.data.email), sleep(answerAfterMs)])
  return view.page(c, 'data-deletion/asked', { contact: deps.config.mail.contact })
}

/** Does nothing for an unknown address. The answer is the same. */
const mailLink = async (deps: WebDeps, email: string): Promise<void> => {
  const person = await findUserByEmail(deps.sql, email)
  if (!person || (await isBeingErased(deps.sql, person.id))) return
  await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    await enqueue(
      t,
      'mail-link',
      await insertMailLink(t, { userId: person.id, purpose: 'deletion', now }),
    )
  })
}

const confirm = async (deps: WebDeps, token: string): Promise<string | null> =>
  await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'deletion', token, now)
    if (!link || !(await spendLink(t, link.id, now))) return null
    return (
      (await openDeletionRequest(t, deps.vault, { origin: 'page', userId: link.userId, now }))
        ?.code ?? null
    )
  })

const follow = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const code = c.req.param('code') ?? ''
  const request = await findRequestByCode(deps.sql, code)
  if (!request)
    return view.page(c, 'data-deletion/unknown', { keep, contact: deps.config.mail.contact }, 404)
  // Always UTC, so that the page looks the same for everyone.
  const fmt = formats({ zone: 'UTC', dates: usualStyle }, deps.now())
  const saying = {
    fmt,
    labelOf: (issuer: string) => deps.platforms.issuers.get(issuer)?.label ?? 'the platform',
  }
  const items = await listDeletionItems(deps.sql, request.id)
  const data = {
    code: readableCode(code),
    requestId: request.id,
    asked: `${fmt.date(request.askedAt)}, ${fmt.time(request.askedAt)} UTC`,
    done: request.finishedAt !== null,
    progress: sayProgress(request),
    steps: sayRequest(request, items, saying),
    deleted: sayDeleted(request, items, saying),
    kept: sayKept(request, items, saying),
    contact: deps.config.mail.contact,
  }
  return c.req.query('part') === 'progress'
    ? view.partial(c, 'data-deletion/_progress', data)
    : view.page(c, 'data-deletion/show', data)
}

/**
 * A code can't be guessed; this keeps attempts cheap for us. Known codes aren't limited, so people
 * may reload their page all day.
 */
const limitCodes = (deps: WebDeps) =>
  forAnyone.createMiddleware(async (c, next) => {
    const known = await findRequestByCode(deps.sql, c.req.param('code') ?? '')
    if (known) return await next()
    const halted = await limitLinks(deps)(c, async () => undefined)
    if (halted instanceof Response) return halted
    return await next()
  })
