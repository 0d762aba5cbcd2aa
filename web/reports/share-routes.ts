import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { deleteReportLink, replaceReportLink } from '../../db/reports/links.ts'
import { findReportLogo, setReportLogo } from '../../db/reports/reports.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { actorIn, forMembers, type WebDeps } from '../http/env.ts'
import { takesUpload } from '../http/forms/body.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { takeLogo } from './logo.ts'
import { listIn, refOf, reportIn } from './routes.ts'
import { linkTerms, showReport } from './show.ts'

const one = '/w/:workspace/reports/:report'
const dayMs = 86_400_000
const termIn = z.enum(['week', 'month', 'quarter']).catch('month')

/** The link of a report for clients, and its logo. */
export const reportShareRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .post(`${one}/link`, guard, requireFresh(deps, view), async (c) => {
      const report = await reportIn(deps, c)
      const { days } = linkTerms[termIn.parse((await formFields(c)).term)]
      const now = new Date(deps.now())
      const expiresAt = new Date(now.getTime() + days * dayMs)
      const code = await tx(deps.sql, async (t) => {
        const made = { ...refOf(c, report), userId: c.var.user.id }
        const secret = await replaceReportLink(t, made, { now, expiresAt })
        await recordEvent(t, { name: 'report.link_made', ...actorIn(c), subjectId: report.id })
        return secret
      })
      if (!code) return c.notFound()
      // Only this page shows the code, so the POST answers with the page instead of a redirect.
      const url = `${deps.config.publicUrl}/reports/${code}`
      return showReport(deps, view, c, report, { url })
    })
    .post(`${one}/link/delete`, guard, async (c) => {
      const report = await reportIn(deps, c)
      await tx(deps.sql, async (t) => {
        if (await deleteReportLink(t, refOf(c, report)))
          await recordEvent(t, { name: 'report.link_deleted', ...actorIn(c), subjectId: report.id })
      })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'report-link-deleted')
    })
    .get(`${one}/logo`, guard, async (c) => {
      const png = await findReportLogo(deps.sql, refOf(c, await reportIn(deps, c)))
      if (!png) return c.notFound()
      return c.body(new Uint8Array(png), 200, {
        'Content-Type': 'image/png',
        'Cache-Control': 'private, no-cache',
      })
    })
    .post(`${one}/logo`, guard, takesUpload, async (c) => {
      const report = await reportIn(deps, c)
      const logoError = await takeLogo(c, deps, { ...refOf(c, report), userId: c.var.user.id })
      if (logoError) return showReport(deps, view, c, report, { logoError })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'logo-saved')
    })
    .post(`${one}/logo/remove`, guard, async (c) => {
      const report = await reportIn(deps, c)
      await setReportLogo(deps.sql, refOf(c, report), null)
      return seeOther(c, `${listIn(c)}/${report.id}`, 'logo-removed')
    })
}
