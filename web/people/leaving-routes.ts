import { finished, Readable } from 'node:stream'
import { HTTPException } from 'hono/http-exception'
import { enqueue } from '../../db/notifications/outbox.ts'
import { recordAccountEvent } from '../../db/people/account-events.ts'
import { deactivate, erasedAfter } from '../../db/people/deactivation.ts'
import { findOpenLink, reopenLink, spendLink } from '../../db/people/mail-links.ts'
import { tx } from '../../db/postgres/connect.ts'
import { findFutureCode } from '../../db/privacy/deletion-codes.ts'
import { openDeletionRequest } from '../../db/privacy/deletion-requests.ts'
import { deleteExport, findExport, insertExport } from '../../db/privacy/exports.ts'
import { seeOther } from '../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { endCookie, requireAllFactors, requireUser } from '../http/session.ts'
import { countHits, limitLinks } from '../http/throttling.ts'
import { findKnownCode, requireOwnForm, toStatusPage } from '../privacy/deletion-code.ts'
import { forecastErasure } from '../privacy/erasure-forecast.ts'
import { requireFresh } from './sign-in/confirming.ts'

/**
 * Exporting data, deactivating and deleting the account, after a recent password check.
 * promise: E1, E3, R1
 */
export const leavingRoutes = (deps: WebDeps, view: Renderer) => {
  const fresh = requireFresh(deps, view)
  return forUsers
    .createApp()
    .get('/account/leave', requireUser, fresh, async (c) => {
      const userId = c.get('user').id
      const [forecast, code] = await Promise.all([
        forecastErasure(deps, userId),
        findFutureCode(deps.sql, deps.vault, userId),
      ])
      return view.page(c, 'account/leave', { forecast, code })
    })
    .post(
      '/account/leave',
      toStatusPage(deps) as never,
      requireUser,
      fresh,
      requireOwnForm(deps),
      async (c) => {
        const userId = c.get('user').id
        const now = new Date(deps.now())
        const opened = await tx(deps.sql, (t) =>
          openDeletionRequest(t, deps.vault, { origin: 'account', userId, now }),
        )
        endCookie(c)
        const code = opened?.code ?? (await findKnownCode(c, deps))
        return seeOther(c, code ? `/data-deletion/${code}` : '/')
      },
    )
    .get('/account/deactivate', requireUser, fresh, async (c) => {
      const [forecast, erasedAt] = await Promise.all([
        forecastErasure(deps, c.get('user').id),
        erasedAfter(deps.sql, new Date(deps.now())),
      ])
      return view.page(c, 'account/deactivate', { forecast, erasedAt })
    })
    .post('/account/deactivate', requireUser, fresh, async (c) => {
      const userId = c.get('user').id
      await tx(deps.sql, async (t) => {
        if (!(await deactivate(t, userId, 'person', new Date(deps.now())))) return
        await recordAccountEvent(t, 'account.deactivated', userId)
      })
      endCookie(c)
      return seeOther(c, '/', 'account-deactivated')
    })
    .post('/account/export', requireUser, requireAllFactors, fresh, async (c) => {
      const waitS = await countHits(deps, [{ purpose: 'export', of: c.get('user').id }])
      if (waitS !== null) throw tooManyExports(c, waitS)
      await tx(deps.sql, async (t) => {
        const id = await insertExport(t, c.get('user').id, new Date(deps.now()))
        if (id) await enqueue(t, 'export', id)
      })
      return seeOther(c, '/account', 'export-asked')
    })
    .get(
      '/account/export/:token',
      requireUser,
      requireAllFactors,
      limitLinks(deps) as never,
      fresh,
      async (c) => {
        const link = await findOpenLink(
          deps.sql,
          'export',
          c.req.param('token'),
          new Date(deps.now()),
        )
        const known = link !== null && link.userId === c.get('user').id
        return known
          ? view.page(c, 'account/export', { action: c.req.path })
          : view.page(c, 'account/export-closed', {}, 404)
      },
    )
    .post(
      '/account/export/:token',
      requireUser,
      requireAllFactors,
      limitLinks(deps) as never,
      fresh,
      (c) => hand(c, deps, view),
    )
}

/**
 * Downloads an export. This uses up the link, but the link works again if the download is
 * interrupted. After a complete download, the file is deleted. A page comes first, so that mail
 * scanners don't download it.
 */
const hand = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const now = new Date(deps.now())
  const link = await findOpenLink(deps.sql, 'export', c.req.param('token') ?? '', now)
  const made =
    link?.exportId && link.userId === c.get('user').id
      ? await findExport(deps.sql, link.exportId)
      : null
  if (!link || !made?.storeKey || !(await spendLink(deps.sql, link.id, now)))
    return view.page(c, 'account/export-closed', {}, 404)
  // Wait for the end of the answer, not of the file: the file's end may depend on a broken
  // connection.
  const fetched = { storeKey: made.storeKey, id: made.id, linkId: link.id }
  finished(
    c.env.outgoing,
    (broken) => void (broken ? reopen(deps, fetched) : forget(deps, fetched)),
  )
  const body = Readable.toWeb(deps.mediaStore.open(made.storeKey)) as ReadableStream
  const day = now.toISOString().slice(0, 10)
  return c.body(body, 200, {
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="cratesocial-${day}.zip"`,
    'Cache-Control': 'no-store',
  })
}

type Fetched = { storeKey: string; id: string; linkId: string }

const forget = (deps: WebDeps, { storeKey, id }: Fetched): Promise<void> =>
  orSweep(deps, async () => {
    await deps.mediaStore.remove(storeKey)
    await deleteExport(deps.sql, id)
  })

const reopen = (deps: WebDeps, { linkId }: Fetched): Promise<void> =>
  orSweep(deps, () => reopenLink(deps.sql, linkId))

/** The answer has been sent, so an error can only be logged. The sweep deletes the file later. */
const orSweep = async (deps: WebDeps, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    deps.log.warn({ err: error }, 'could not delete a downloaded export; the sweep will delete it')
  }
}

/** Limited because each export reads and stores everything about a person again. */
const tooManyExports = (c: AnyContext, waitS: number): HTTPException => {
  c.header('Retry-After', String(waitS))
  return new HTTPException(429, {
    message: 'You have asked for several exports today. Use the newest one, or try again tomorrow.',
  })
}
