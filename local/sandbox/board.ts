import { Hono } from 'hono'
import { faultKinds, faultMoments } from './faults.ts'
import type { NumbersOf } from './platform.ts'
import { page } from './views.ts'
import type { SandboxEnv, World } from './world.ts'

const recentCalls = 30
const recentPosts = 10

type BoardOptions = { publicUrl: () => string; numbers: NumbersOf }

/**
 * A page for testers: add faults, move the clock, see recent calls. Uses plain forms without
 * JavaScript.
 */
export function boardPage(world: World, { publicUrl, numbers }: BoardOptions): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/', (c) => {
    const calls = world.ledger.calls()
    return c.html(
      page('board', {
        title: 'Faults and clock',
        publicUrl: publicUrl(),
        now: new Date(world.clock.now()).toISOString(),
        faults: world.faults.list(),
        moments: faultMoments,
        kinds: faultKinds,
        endpoints: [...new Set(calls.map((call) => call.endpoint))].sort(),
        calls: calls.slice(-recentCalls).reverse(),
        posts: world.ledger
          .posts()
          .slice(-recentPosts)
          .reverse()
          .map(({ platform, id, kind }) => ({
            platform,
            id,
            kind,
            hasNumbers: numbers(platform, id) !== null,
          })),
        settings: world.settings,
      }),
    )
  })
  app.get('/assets/sandbox.css', (c) => c.redirect(`${publicUrl()}/assets/sandbox.css`))
  app.post('/board/faults', async (c) => {
    const form = await c.req.parseBody<Record<string, string>>()
    const text = (name: string) => String(form[name] ?? '').trim() || undefined
    world.faults.add({
      endpoint: text('endpoint') ?? '*',
      when: faultMoments.find((moment) => moment === form.when) ?? 'before',
      kind: faultKinds.find((kind) => kind === form.kind) ?? 'error',
      nth: Number(text('nth') ?? 1),
      times: Number(text('times') ?? 1),
      code: Number(text('code')) || text('code'),
      delayMs: text('delayMs') === undefined ? undefined : Number(text('delayMs')),
    })
    return c.redirect('/', 303)
  })
  app.post('/board/faults/clear', (c) => {
    world.faults.clear()
    return c.redirect('/', 303)
  })
  app.post('/board/clock', async (c) => {
    const form = await c.req.parseBody<Record<string, string>>()
    world.clock.advance(Math.max(0, Number(form.minutes ?? 0)) * 60_000)
    await world.clock.settled()
    return c.redirect('/', 303)
  })
  return app
}
