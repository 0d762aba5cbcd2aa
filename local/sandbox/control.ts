import { Hono } from 'hono'
import { z } from 'zod'
import { boardPage } from './board.ts'
import { mediaControl } from './control-media.ts'
import { faultKinds, faultMoments } from './faults.ts'
import type { NumbersOf, Platform } from './platform.ts'
import { patchSettings } from './settings.ts'
import type { SandboxEnv, World } from './world.ts'

export type ControlOptions = { platforms: Platform[]; publicUrl: () => string; reset: () => void }

const faultBody = (names: string[]) =>
  z.strictObject({
    id: z.string().min(1).optional(),
    platform: z.enum(names).optional(),
    endpoint: z.string().min(1),
    account: z.string().optional(),
    nth: z.int().min(1).default(1),
    times: z.int().min(1).default(1),
    when: z.enum(faultMoments),
    kind: z.enum(faultKinds),
    code: z.union([z.number(), z.string()]).optional(),
    subcode: z.number().optional(),
    delayMs: z.number().min(0).optional(),
  })

/**
 * The control port. Used by tests and by anyone who wants to inject faults, never by the product.
 */
export function createControl(world: World, options: ControlOptions): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const numbers: NumbersOf = (platform, id) =>
    options.platforms.map((one) => one.numbers(platform, id)).find((found) => found !== null) ??
    null
  const faultRules = faultBody(options.platforms.flatMap(({ names }) => names))
  app.onError((error, c) =>
    c.json(
      { error: explain(error) },
      error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 422,
    ),
  )

  app.get('/clock', (c) => c.json(clockOf(world)))
  app.post('/clock', async (c) => {
    const wanted = z.strictObject({
      advanceMs: z.number().min(0).optional(),
      stopped: z.boolean().optional(),
    })
    const { advanceMs = 0, stopped } = wanted.parse(await c.req.json())
    if (stopped) world.clock.stop()
    world.clock.advance(advanceMs)
    if (stopped === false) world.clock.go()
    await world.clock.settled()
    world.state.changed()
    return c.json(clockOf(world))
  })

  app.get('/ledger/calls', (c) => {
    const { sinceId, ...filter } = c.req.query()
    return c.json(world.ledger.calls({ ...filter, sinceId: Number(sinceId ?? 0) }))
  })
  app.get('/ledger/secrets', (c) => c.json(world.ledger.secrets()))
  app.get('/ledger/posts', (c) => c.json(world.ledger.posts(c.req.query())))
  app.get('/ledger/comments', (c) => {
    const filter = z
      .strictObject({ platform: z.string(), account: z.string(), postId: z.string() })
      .partial()
    return c.json(world.ledger.comments(filter.parse(c.req.query())))
  })
  app.get('/ledger/posts/:platform/:id/numbers', (c) => {
    const { platform, id } = c.req.param()
    const found = numbers(platform, id)
    return found ? c.json(found) : c.json({ error: `There is no post ${id} on ${platform}.` }, 404)
  })

  app.get('/faults', (c) => c.json(world.faults.list()))
  app.post('/faults', async (c) =>
    c.json(world.faults.add(faultRules.parse(await c.req.json())), 201),
  )
  app.delete('/faults', (c) => {
    world.faults.clear()
    return c.json({ ok: true })
  })
  app.delete('/faults/:id', (c) => c.json({ ok: world.faults.remove(c.req.param('id')) }))

  app.get('/settings', (c) => c.json(world.settings))
  app.patch('/settings', async (c) => {
    patchSettings(world.settings, z.record(z.string(), z.unknown()).parse(await c.req.json()))
    return c.json(world.settings)
  })

  app.get('/accounts', (c) =>
    c.json(
      options.platforms
        .flatMap((platform) => platform.accounts())
        .map((account) => ({ ...account, feedUrl: options.publicUrl() + account.feedPath })),
    ),
  )
  app.route('/media', mediaControl(world))
  for (const platform of options.platforms) app.route('/accounts', platform.control)
  for (const { tools } of options.platforms) if (tools) app.route(tools.path, tools.app)

  app.post('/reset', (c) => {
    options.reset()
    return c.json({ ok: true })
  })
  app.route('/', boardPage(world, { publicUrl: options.publicUrl, numbers }))
  return app
}

const clockOf = (world: World) => ({
  nowMs: world.clock.now(),
  offsetMs: world.clock.offsetMs(),
  stopped: world.clock.isStopped(),
  now: new Date(world.clock.now()).toISOString(),
})

const explain = (error: Error): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error.message
