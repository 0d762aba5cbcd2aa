import { type Context, Hono } from 'hono'
import sharp from 'sharp'
import type { LedgerPost } from '../ledger.ts'
import { page } from '../views.ts'
import type { SandboxEnv } from '../world.ts'
import { appsDecision, appsPage, appsPath } from './login/apps-page.ts'
import { dialogDecision, dialogPage } from './login/dialog.ts'
import type { Meta } from './meta.ts'

const dayMs = 86_400_000

/** www.facebook.com: the login dialog, and Pages and posts as a visitor sees them. */
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
  app.get('/:page/posts/:post', (c) =>
    onePost(meta, c, `${c.req.param('page')}_${c.req.param('post')}`),
  )
  app.get('/:id', (c) =>
    c.req.param('id').includes('_') ? onePost(meta, c, c.req.param('id')) : pageFeed(meta, c),
  )
  return app
}

/** www.instagram.com: profiles, posts, reels, stories. */
export function instagramSite(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/thumbnail/:file{[0-9]+\\.png}', (c) => avatar(c, c.req.param('file')))
  for (const path of ['/p/:code', '/p/:code/', '/reel/:code', '/reel/:code/']) {
    app.get(path, (c) =>
      onePost(
        meta,
        c,
        Object.values(meta.state.media).find(({ shortcode }) => shortcode === c.req.param('code'))
          ?.id,
      ),
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
  return c.html(
    feedView(meta, 'facebook', { id: shown.id, name: shown.name, line: shown.category }, posts),
  )
}

function profile(meta: Meta, c: Context<SandboxEnv>): Response | Promise<Response> {
  const account = Object.values(meta.state.instagram).find(
    ({ username }) => username === c.req.param('username'),
  )
  if (!account) return nothing(c)
  const isOver = (post: LedgerPost) =>
    post.kind === 'story' &&
    (meta.state.media[post.id]?.createdAtMs ?? 0) + dayMs < meta.world.clock.now()
  const posts = meta.world.ledger
    .posts({ platform: 'instagram', account: account.id })
    .filter((post) => !isOver(post))
  return c.html(
    feedView(
      meta,
      'instagram',
      { id: account.id, name: account.username, line: account.name },
      newestFirst(posts),
    ),
  )
}

function onePost(
  meta: Meta,
  c: Context<SandboxEnv>,
  id: string | null | undefined,
): Response | Promise<Response> {
  const post = meta.world.ledger
    .posts()
    .find((post) => post.platform !== 'tiktok' && post.id === id)
  if (!post) return nothing(c)
  const owner = meta.state.pages[post.account]
  const account = meta.state.instagram[post.account]
  const header = owner
    ? { id: owner.id, name: owner.name, line: owner.category }
    : { id: post.account, name: account?.username ?? '', line: account?.name ?? '' }
  return c.html(feedView(meta, post.platform, header, [post]))
}

type Header = { id: string; name: string; line: string }

const feedView = (meta: Meta, skin: string, account: Header, posts: LedgerPost[]): string =>
  page('meta-feed', {
    title: account.name,
    skin,
    account,
    posts: posts.map((post) => ({
      ...post,
      path: post.permalink ? new URL(post.permalink).pathname : null,
      labels: labelsOf(meta, post),
      comments: meta.world.ledger.comments({ platform: post.platform, postId: post.id }),
    })),
  })

/** What a visitor sees below a post besides its text. */
function labelsOf(meta: Meta, { settings }: LedgerPost): string[] {
  const { isAiGenerated, locationId, placeId, collaborators = [], userTags = [] } = settings as Told
  const place = meta.state.pages[locationId ?? placeId ?? '']
  const tagged = [...new Set(userTags.flat().map(({ username }) => `@${username}`))]
  return [
    ...(isAiGenerated ? ['AI info'] : []),
    ...(place ? [`${place.name}, ${place.location?.city ?? ''}`] : []),
    ...(collaborators.length > 0 ? [`Invited: ${collaborators.join(', ')}`] : []),
    ...(tagged.length > 0 ? [`Tagged: ${tagged.join(', ')}`] : []),
  ]
}

type Told = {
  isAiGenerated?: boolean
  locationId?: string | null
  placeId?: string | null
  collaborators?: string[]
  userTags?: { username: string }[][]
}

const nothing = (c: Context<SandboxEnv>) =>
  c.html(
    page('dialog-error', {
      title: 'Not found',
      problem: "This page isn't available. It may have been removed.",
    }),
    404,
  )

const newestFirst = (posts: LedgerPost[]): LedgerPost[] => posts.toReversed()

const videoPostId = (meta: Meta, id: string): string | null => {
  const video = meta.state.videos[id]
  return video?.postId ? `${video.pageId}_${video.postId}` : null
}

const avatarSize = 100

/** A plain square with a circle, in a different color for each account. */
async function avatar(c: Context<SandboxEnv>, file: string): Promise<Response> {
  const shift = Number.parseInt(file.slice(-8), 10) * 47
  const [ground, disc] = [60, 150].map((least) =>
    [0, 1, 2].map((part) => least + ((shift * (part + 1)) % 90)),
  )
  const pixels = Buffer.alloc(avatarSize * avatarSize * 3)
  for (let at = 0; at < avatarSize * avatarSize; at += 1) {
    const isInside = Math.hypot((at % avatarSize) - 50, Math.floor(at / avatarSize) - 50) < 26
    pixels.set((isInside ? disc : ground) ?? [], at * 3)
  }
  const png = await sharp(pixels, { raw: { width: avatarSize, height: avatarSize, channels: 3 } })
    .png()
    .toBuffer()
  return c.body(new Uint8Array(png), 200, {
    'content-type': 'image/png',
    'cache-control': 'max-age=3600',
  })
}
