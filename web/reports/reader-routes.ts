import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import {
  confirmReader,
  deleteReportReader,
  findReaderByCode,
  type OpenReader,
} from '../../db/reports/readers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { limitLinks } from '../http/throttling.ts'

const base = '/report-emails/:code'

/**
 * Where someone without an account confirms that they want a report by email, or ends that. Only a
 * POST changes anything, because mail programs open links to check them. Foreign pages may post
 * here: the code is the right to do so, and mail programs end emails with such a request.
 */
export const reportReaderRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = limitLinks(deps)
  return (
    forAnyone
      .createApp()
      .get(base, guard, async (c) => {
        const reader = await readerIn(c, deps)
        return reader
          ? view.page(c, 'reports/reader', { reader, at: addressOf(c) })
          : noReader(c, view)
      })
      // Opened by mail programs that don't know one-click requests.
      .get(`${base}/stop`, guard, async (c) =>
        (await readerIn(c, deps)) ? c.redirect(addressOf(c), 303) : noReader(c, view),
      )
      .post(`${base}/confirm`, guard, async (c) => {
        const reader = await readerIn(c, deps)
        if (!reader) return noReader(c, view)
        await tx(deps.sql, async (t) => {
          if (await confirmReader(t, reader.id, new Date(deps.now())))
            await recordEvent(t, { name: 'report.reader_confirmed', ...ofReport(reader) })
        })
        return c.redirect(addressOf(c), 303)
      })
      .post(`${base}/stop`, guard, async (c) => {
        const reader = await readerIn(c, deps)
        if (!reader) return noReader(c, view)
        await tx(deps.sql, async (t) => {
          const { workspaceId, id: readerId } = reader
          if (await deleteReportReader(t, { workspaceId, readerId }))
            await recordEvent(t, { name: 'report.reader_left', ...ofReport(reader) })
        })
        return view.page(c, 'reports/reader', {
          reader: { ...reader, isGone: true },
          at: addressOf(c),
        })
      })
  )
}

/** Null for codes that are guessed, too old, or of an address that was deleted. */
const readerIn = async (c: AnyContext, deps: WebDeps): Promise<OpenReader | null> => {
  const [code = ''] = /^[\w-]{43}$/.exec(c.req.param('code') ?? '') ?? []
  c.header('Cache-Control', 'private, no-store')
  c.header('X-Robots-Tag', 'noindex, nofollow')
  return code ? findReaderByCode(deps.sql, code, new Date(deps.now())) : null
}

/** One page for every code without a reader, so that nobody learns whether an address was known. */
const noReader = (c: AnyContext, view: Renderer) => view.page(c, 'reports/no-reader', {}, 404)

const addressOf = (c: AnyContext): string => `/report-emails/${c.req.param('code')}`

const ofReport = ({ workspaceId, reportId }: OpenReader) => ({
  workspaceId,
  userId: null,
  subjectId: reportId,
})
