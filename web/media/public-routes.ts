import { secureHeaders } from 'hono/secure-headers'
import { visitLink } from '../../db/media-links.ts'
import { forAnyone, type WebDeps } from '../env.ts'
import { sendFile } from '../send-file.ts'

/**
 * What platforms fetch: no session, no page, any origin. promise: D4: the name is the only key, so it cannot be guessed and
 * is told to nobody else. Mounted before the headers of pages, which would forbid other origins.
 */
export const publicMediaRoutes = (deps: Pick<WebDeps, 'sql' | 'mediaStore'>) =>
  forAnyone
    .createApp()
    .use('/robots.txt', fileHeaders)
    .get('/robots.txt', (c) => c.text('User-agent: *\nAllow: /media/\nDisallow: /w/\n'))
    .use('/media/*', fileHeaders)
    .get('/media/:name', async (c) => {
      const file = await visitLink(deps.sql, c.req.param('name'))
      if (!file) return c.text('There is no file at this address.', 404)
      if (file.gone) return c.text('The file that was here has been removed.', 410)
      c.header('Cache-Control', 'no-store')
      return sendFile(c, deps.mediaStore, { ...file, etag: file.sha256.toString('hex') })
    })

/** A file is shown or fetched, never run: nosniff, no script, no frame of ours. */
const fileHeaders = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], sandbox: [] },
  crossOriginResourcePolicy: 'cross-origin',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
})
