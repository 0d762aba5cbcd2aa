import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import type { Platform } from './platform.ts'
import { page, stylesheet } from './views.ts'
import type { HostPrefix, SandboxEnv, World } from './world.ts'

/** The public port: every host at its prefix, the sandbox's copies of media, and a start page. */
export function createPublicApp(world: World, platforms: Platform[]): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/', (c) =>
    c.html(
      page('start', {
        title: 'Platform sandbox',
        accounts: platforms.flatMap((platform) => platform.accounts()),
        places: platforms.flatMap((platform) => platform.places ?? []),
      }),
    ),
  )
  app.get('/assets/sandbox.css', (c) =>
    c.body(stylesheet(), 200, { 'content-type': 'text/css; charset=utf-8' }),
  )
  app.get('/media/:sha256', (c) => serveMedia(world, c))
  for (const platform of platforms) {
    for (const [prefix, host] of Object.entries(platform.hosts) as [HostPrefix, Hono<SandboxEnv>][])
      app.route(prefix, host)
  }
  app.onError((error, c) => {
    console.error('sandbox:', c.req.method, c.req.path, error)
    return c.json(
      { error: { message: `The sandbox failed: ${error.message}`, type: 'SandboxError', code: 1 } },
      500,
    )
  })
  return app
}

async function serveMedia(world: World, c: Context<SandboxEnv>): Promise<Response> {
  const stored = world.media.find(c.req.param('sha256') ?? '')
  if (!stored) return c.notFound()
  const path = world.media.path(stored.sha256)
  const { size } = await stat(path)
  const [, from, to] = c.req.header('range')?.match(/^bytes=(\d+)-(\d*)$/) ?? []
  const start = Number(from ?? 0)
  const end = to ? Math.min(Number(to), size - 1) : size - 1
  if (start > end) return c.body(null, 416, { 'content-range': `bytes */${size}` })
  const body = Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream
  const headers = {
    'content-type': stored.contentType,
    'content-length': String(end - start + 1),
    'accept-ranges': 'bytes',
  }
  return from === undefined
    ? c.body(body, 200, headers)
    : c.body(body, 206, { ...headers, 'content-range': `bytes ${start}-${end}/${size}` })
}
