import { secureHeaders } from 'hono/secure-headers'
import { visitLink } from '../../db/posts/media-links.ts'
import { forAnyone, type WebDeps } from '../http/env.ts'
import { sendFile } from '../http/send-file.ts'

/**
 * Serves media to the platforms, without a session and to any origin. promise: D4: the random name
 * is the only key and is given to nobody else. Mounted before the security headers of pages, which
 * would block other origins.
 */
export const publicMediaRoutes = (deps: Pick<WebDeps, 'sql' | 'mediaStore' | 'platforms'>) =>
  siteFiles(deps.platforms)
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

/** Files that prove to a platform that we own the domain. Served at the root and under /media. */
const siteFiles = ({ issuers }: WebDeps['platforms']) => {
  const app = forAnyone.createApp()
  for (const { name, text } of [...issuers.values()].flatMap((issuer) => issuer.siteFiles))
    for (const path of [`/${name}`, `/media/${name}`])
      app.get(path, fileHeaders, (c) => c.text(text))
  return app
}

/** Files are only shown or downloaded: no scripts, no frames, no content sniffing. */
const fileHeaders = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], sandbox: [] },
  crossOriginResourcePolicy: 'cross-origin',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
})
