import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import {
  deleteReportReader,
  insertReportReader,
  listReportReaders,
} from '../../db/reports/readers.ts'
import type { Report } from '../../db/reports/reports.ts'
import { deleteReportSchedule, saveReportSchedule } from '../../db/reports/schedules.ts'
import { reportDays } from '../../posting/reports/period.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { actorIn, forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { email } from '../http/forms/fields.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { countHits, reportEmailLimits, tooManyWords } from '../http/throttling.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { dateOf } from '../time/wall-time.ts'
import { reportReadersMax } from './emails.ts'
import { listIn, refOf, reportIn } from './routes.ts'
import { showReport } from './show.ts'

const one = '/w/:workspace/reports/:report'
const hourIn = z.coerce.number().int().min(0).max(23).catch(8)

/** Who gets a report by email, and when. */
export const reportEmailRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const fresh = requireFresh(deps, view)
  return forMembers
    .createApp()
    .post(`${one}/emails/change`, guard, fresh, async (c) => {
      const report = await repeatedIn(deps, c)
      const today = dateOf(new Date(deps.now()), c.var.workspace.zone)
      const schedule = {
        hour: hourIn.parse((await formFields(c)).hour),
        handledTo: reportDays(report, today).to,
      }
      await tx(deps.sql, async (t) => {
        await saveReportSchedule(t, { ...refOf(c, report), userId: c.var.user.id }, schedule)
        await recordEvent(t, { name: 'report.emails_on', ...actorIn(c), subjectId: report.id })
      })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'report-emails-on')
    })
    .post(`${one}/emails/stop`, guard, async (c) => {
      const report = await reportIn(deps, c)
      await tx(deps.sql, async (t) => {
        if (await deleteReportSchedule(t, refOf(c, report)))
          await recordEvent(t, { name: 'report.emails_off', ...actorIn(c), subjectId: report.id })
      })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'report-emails-off')
    })
    .post(`${one}/emails/ask`, guard, fresh, async (c) => {
      const report = await repeatedIn(deps, c)
      const ref = refOf(c, report)
      const typed = (await formFields(c)).email ?? ''
      const refuse = (error: string) =>
        showReport(deps, view, c, report, { email: { typed, error } })
      const read = z.object({ email }).safeParse({ email: typed })
      if (!read.success) return refuse(read.error.issues[0]?.message ?? 'Enter an email address.')
      const readers = await listReportReaders(deps.sql, ref)
      if (readers.some((reader) => reader.email === read.data.email))
        return seeOther(c, `${listIn(c)}/${report.id}`, 'report-reader-known')
      const full = `A report goes to at most ${reportReadersMax} addresses. Remove one first.`
      if (readers.length >= reportReadersMax) return refuse(full)
      const waitS = await countHits(deps, reportEmailLimits(ref.workspaceId, read.data.email))
      if (waitS !== null) return refuse(tooManyWords(waitS))
      const outcome = await tx(deps.sql, async (t) => {
        const reader = { email: read.data.email, now: new Date(deps.now()) }
        const outcome = await insertReportReader(t, ref, reader, reportReadersMax)
        if (outcome === 'added')
          await recordEvent(t, { name: 'report.reader_asked', ...actorIn(c), subjectId: report.id })
        return outcome
      })
      if (outcome === 'gone') throw new HTTPException(404)
      if (outcome === 'full') return refuse(full)
      const said = outcome === 'added' ? 'report-reader-asked' : 'report-reader-known'
      return seeOther(c, `${listIn(c)}/${report.id}`, said)
    })
    .post(`${one}/emails/:reader/remove`, guard, async (c) => {
      const report = await reportIn(deps, c)
      const reader = { ...refOf(c, report), readerId: idParam(c, 'reader') }
      await tx(deps.sql, async (t) => {
        if (await deleteReportReader(t, reader))
          await recordEvent(t, {
            name: 'report.reader_removed',
            ...actorIn(c),
            subjectId: report.id,
          })
      })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'report-reader-removed')
    })
}

/** A report of fixed days is sent to nobody: its page says so instead of the forms. */
const repeatedIn = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Report> => {
  const report = await reportIn(deps, c)
  if (report.period === 'own') throw new HTTPException(404)
  return report
}
