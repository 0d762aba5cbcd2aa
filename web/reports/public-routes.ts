import { HTTPException } from 'hono/http-exception'
import { findMedia } from '../../db/posts/media.ts'
import { findOpenReport, markReportRead, type OpenReport } from '../../db/reports/links.ts'
import { findMailedReport } from '../../db/reports/mails.ts'
import { findReportLogo } from '../../db/reports/reports.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { sendFile } from '../http/send-file.ts'
import { limitReports } from '../http/throttling.ts'
import { mediumOf } from '../media/medium.ts'
import { contrastWithWhite } from './color.ts'
import { loadReportContent } from './content.ts'
import { createReportPictures } from './pictures.ts'

/** A report for a client, who reads it by a secret link without a session, and what it loads. */
export const publicReportRoutes = (deps: WebDeps, view: Renderer) => {
  const listPictures = createReportPictures(deps)
  return forAnyone
    .createApp()
    .get('/report-colors/:file', (c) => {
      const [, color = ''] = /^([0-9a-f]{6})\.css$/.exec(c.req.param('file')) ?? []
      if (!color) return c.notFound()
      return c.body(sheetOf(color), 200, {
        'Content-Type': 'text/css; charset=utf-8',
        'Cache-Control': 'public, max-age=31536000, immutable',
      })
    })
    .get('/reports/:code', limitReports(deps), async (c) => {
      const report = await open(c, deps)
      const { linkId } = report
      if (linkId) await markReportRead(deps.sql, linkId, new Date(deps.now()))
      const at = `/reports/${c.req.param('code')}`
      const content = await loadReportContent(deps, workspaceOf(report), report)
      privately(c)
      return view.page(c, 'reports/public', {
        title: report.title,
        expiresAt: report.expiresAt,
        stopAt: linkId ? null : `/report-emails/${c.req.param('code')}`,
        shown: { ...content, logo: `${at}/logo`, pictures: `${at}/pictures`, picture: '' },
      })
    })
    .get('/reports/:code/logo', limitReports(deps), async (c) => {
      const report = await open(c, deps)
      const { workspaceId, id: reportId } = report
      const png = await findReportLogo(deps.sql, { workspaceId, reportId })
      if (!png) throw new HTTPException(404)
      privately(c)
      return c.body(new Uint8Array(png), 200, { 'Content-Type': 'image/png' })
    })
    .get('/reports/:code/pictures/:media', limitReports(deps), async (c) => {
      const report = await open(c, deps)
      const id = c.req.param('media')
      if (!isId(id)) throw new HTTPException(404)
      const shown = await listPictures(workspaceOf(report), report)
      const media = shown.has(id) ? await findMedia(deps.sql, report.workspaceId, id) : null
      if (!media || media.purgedAt) throw new HTTPException(404)
      const key = (await mediumOf(deps, media)) ?? media.thumbnailKey
      const sizeBytes = key ? await deps.mediaStore.size(key) : null
      if (!key || sizeBytes === null) throw new HTTPException(404)
      privately(c)
      const file = { storeKey: key, contentType: 'image/webp', sizeBytes, etag: key }
      return sendFile(c, deps.mediaStore, file)
    })
}

/** Answers 404 alike for codes that are guessed, expired or revoked. */
const open = async (c: AnyContext, deps: WebDeps): Promise<OpenReport> => {
  const [code = ''] = /^[\w-]{43}$/.exec(c.req.param('code') ?? '') ?? []
  const now = new Date(deps.now())
  const report = code
    ? ((await findOpenReport(deps.sql, code, now)) ?? (await findMailedReport(deps.sql, code, now)))
    : null
  privately(c)
  if (!report) throw new HTTPException(404)
  return report
}

const workspaceOf = (report: OpenReport) => ({
  id: report.workspaceId,
  slug: report.workspaceSlug,
  name: report.workspaceName,
  zone: report.zone,
})

const privately = (c: AnyContext): void => {
  c.header('Cache-Control', 'private, no-cache')
  c.header('X-Robots-Tag', 'noindex, nofollow')
}

/** The color as a sheet, because the policy of our pages allows no style in the page itself. */
const sheetOf = (color: string): string =>
  `.paper{--accent:#${color};--on-brand:${contrastWithWhite(color) >= 4.5 ? '#fff' : '#000'}}\n`
