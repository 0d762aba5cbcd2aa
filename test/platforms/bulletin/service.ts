import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'

type Env = { Bindings: HttpBindings }
type Notice = {
  id: string
  board: string
  text: string
  picture: number | null
  at: number
  views: number
  likes: number
  slips: number
}

/** The other side: a small web service with pages, OAuth and an API over HTTP. */
export type BulletinService = {
  url: string
  app: { id: string; secret: string }
  notices: Notice[]
  /** Tokens that work. */
  tokens: Set<string>
  /** The next notice is posted, but its answer is lost. */
  loseNextAnswer(): void
  close(): Promise<void>
}

const board = { id: 'board-7', name: 'Northside Board', handle: 'northside' }
const person = { id: 'person-1', name: 'Ada Northside' }
const app = { id: 'bulletin-app', secret: 'bulletin-app-secret' }

export async function startBulletinService(): Promise<BulletinService> {
  const state = { notices: [] as Notice[], tokens: new Set<string>(), losesNext: false }
  const server = createServer(getRequestListener(routes(state).fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    app,
    notices: state.notices,
    tokens: state.tokens,
    loseNextAnswer: () => {
      state.losesNext = true
    },
    close: () => stop(server),
  }
}

type State = { notices: Notice[]; tokens: Set<string>; losesNext: boolean }

function routes(state: State): Hono<Env> {
  const service = new Hono<Env>()
  return service
    .get('/authorize', (c) => c.html(consentPage(c.req.query())))
    .post('/authorize', async (c) => {
      const { redirect_uri: back, state: given } = (await c.req.parseBody()) as Record<
        string,
        string
      >
      return c.redirect(`${back}?${new URLSearchParams({ code: 'code-1', state: given ?? '' })}`)
    })
    .post('/token', async (c) => {
      const form = (await c.req.parseBody()) as Record<string, string>
      if (form.client_secret !== app.secret) return c.json({ error: 'unknown_app' }, 400)
      const token = `bulletin-token-${state.tokens.size + 1}`
      state.tokens.add(token)
      return c.json({ token, person, scopes: ['boards.read', 'notices.write'] })
    })
    .get('/app', (c) =>
      c.req.query('client_secret') === app.secret
        ? c.json({ ok: true })
        : c.json({ ok: false }, 400),
    )
    .use('/api/*', async (c, next) => {
      const token = c.req.header('authorization')?.replace('Bearer ', '') ?? ''
      return state.tokens.has(token) ? next() : c.json({ error: 'token' }, 401)
    })
    .get('/api/me', (c) => c.json(person))
    .get('/api/boards', (c) => c.json([{ ...board, readers: 41 }]))
    .post('/api/revoke', (c) => {
      state.tokens.clear()
      return c.json({ ok: true })
    })
    .get('/api/boards/:board/notices', (c) => c.json(state.notices))
    .post('/api/boards/:board/notices', async (c) => {
      const { text, pictureUrl } = (await c.req.json()) as {
        text: string
        pictureUrl: string | null
      }
      const picture =
        pictureUrl === null ? null : (await (await fetch(pictureUrl)).arrayBuffer()).byteLength
      const id = `notice-${state.notices.length + 1}`
      state.notices.push({
        id,
        board: c.req.param('board'),
        text,
        picture,
        at: Date.now(),
        views: 120,
        likes: 7,
        slips: 3,
      })
      if (state.losesNext) c.env.incoming.socket.destroy()
      state.losesNext = false
      return c.json({ id })
    })
}

const consentPage = ({
  redirect_uri: back = '',
  state = '',
}: Record<string, string>): string => `<!doctype html>
<title>Bulletin</title>
<form method="post">
  <input type="hidden" name="redirect_uri" value="${encodeURI(back)}">
  <input type="hidden" name="state" value="${encodeURIComponent(state)}">
  <button>Allow</button>
</form>`

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
