import { type Context, Hono } from 'hono'
import sharp from 'sharp'
import type { LedgerPost } from '../ledger.ts'
import { page } from '../views.ts'
import type { SandboxEnv } from '../world.ts'
import { appsDecision, appsPage, appsPath } from './apps-page.ts'
import { dialogDecision, dialogPage } from './dialog.ts'
import type { Meta } from './meta.ts'

const dayMs = 86_400_000

/** www.facebook.com: the login dialog, the Pages and their posts as a visitor sees them. */
export function facebookSite(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  for (const path of ['/dialog/oauth', '/:version{v[0-9]+\\.[0-9]+}/dialog/oauth']) {
    app.get(path, dialogPage(meta))
    app.post(path, dialogDecision(meta))
  }
  app.get(appsPath, appsPage(meta))
  app.post(appsPath, appsDecision(meta))
  app.get('/avatar/:file{[0-9]+\\.png}', (c) => avatar(c, c.req.param('file')))
  app.get('/photo/', (c) => onePost(meta, c, meta.state.photos[c.req.query('fbid') ?? '']?.postId))
  for (const path of ['/reel/:id', '/reel/:id/', '/:page/videos/:id', '/:page/videos/:id/']) {
    app.get(path, (c) => onePost(meta, c, videoPostId(meta, c.req.param('id') ?? '')))
  }
  app.get('/:page/posts/:post', (c) => onePost(meta, c, `${c.req.param('page')}_${c.req.param('post')}`))
  app.get('/:id', (c) => (c.req.param('id').includes('_') ? onePost(meta, c, c.req.param('id')) : pageFeed(meta, c)))
  return app
}

/** www.instagram.com: profiles, posts, reels, stories. */
export function instagramSite(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/thumbnail/:file{[0-9]+\\.png}', (c) => avatar(c, c.req.param('file')))
  for (const path of ['/p/:code', '/p/:code/', '/reel/:code', '/reel/:code/']) {
    app.get(path, (c) =>
      onePost(meta, c, Object.values(meta.state.media).find(({ shortcode }) => shortcode === c.req.param('code'))?.id),
    )
  }
  app.get('/stories/:username/:id', (c) => onePost(meta, c, c.req.param('id')))
  for (const path of ['/:username', '/:username/']) app.get(path, (c) => profile(meta, c))
  return app
}

function pageFeed(meta: Meta, c: Context<SandboxEnv>): Response | Promise<Response> {
  const shown = meta.state.pages[c.req.param('id') ?? '']
  if (!shown) return nothing(c)
  const posts = newestFirst(meta.world.ledger.posts({ platform: 'facebook', account: shown.id }))
  return c.html(feedView('facebook', { id: shown.id, name: shown.name, line: shown.category }, posts))
}

function profile(meta: Meta, c: Context<SandboxEnv>): Response | Promise<Response> {
  const account = Object.values(meta.state.instagram).find(({ username }) => username === c.req.param('username'))
  if (!account) return nothing(c)
  const isOver = (post: LedgerPost) =>
    post.kind === 'story' && (meta.state.media[post.id]?.createdAtMs ?? 0) + dayMs < meta.world.clock.now()
  const posts = meta.world.ledger.posts({ platform: 'instagram', account: account.id }).filter((post) => !isOver(post))
  return c.html(feedView('instagram', { id: account.id, name: account.username, line: account.name }, newestFirst(posts)))
}

function onePost(meta: Meta, c: Context<SandboxEnv>, id: string | null | undefined): Response | Promise<Response> {
  const post = meta.world.ledger.posts().find((post) => post.platform !== 'tiktok' && post.id === id)
  if (!post) return nothing(c)
  const owner = meta.state.pages[post.account]
  const account = meta.state.instagram[post.account]
  const header = owner
    ? { id: owner.id, name: owner.name, line: owner.category }
    : { id: post.account, name: account?.username ?? '', line: account?.name ?? '' }
  return c.html(feedView(post.platform, header, [post]))
}

type Header = { id: string; name: string; line: string }

const feedView = (skin: string, account: Header, posts: LedgerPost[]): string =>
  page('meta-feed', {
    title: account.name,
    skin,
    account,
    posts: posts.map((post) => ({ ...post, path: post.permalink ? new URL(post.permalink).pathname : null })),
  })

const nothing = (c: Context<SandboxEnv>) =>
  c.html(page('dialog-error', { title: 'Not found', problem: "This page isn't available. It may have been removed." }), 404)

const newestFirst = (posts: LedgerPost[]): LedgerPost[] => posts.toReversed()

const videoPostId = (meta: Meta, id: string): string | null => {
  const video = meta.state.videos[id]
  return video?.postId ? `${video.pageId}_${video.postId}` : null
}

/** A calm square in a colour of its own for each account. */
async function avatar(c: Context<SandboxEnv>, file: string): Promise<Response> {
  const hue = (Number.parseInt(file.slice(-8), 10) * 47) % 360
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="100" height="100" fill="hsl(${hue},45%,45%)"/><circle cx="50" cy="50" r="26" fill="hsl(${hue},45%,80%)"/></svg>`
  const png = await sharp(Buffer.from(svg)).png().toBuffer()
  return c.body(new Uint8Array(png), 200, { 'content-type': 'image/png', 'cache-control': 'max-age=3600' })
}
