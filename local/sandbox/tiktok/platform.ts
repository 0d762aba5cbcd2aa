import { Hono } from 'hono'
import type { Platform } from '../platform.ts'
import type { SandboxEnv, World } from '../world.ts'
import type { TikTok, TikTokApp } from './context.ts'
import { accountControl, platformControl } from './control.ts'
import { creatorInfo } from './creators/creator-info.ts'
import { seedCreators } from './creators/creators.ts'
import { postPage, profilePage } from './creators/profile.ts'
import { userInfo } from './creators/user-info.ts'
import { authorizeDecision, authorizePage } from './login/authorize.ts'
import { revokeEndpoint, tokenEndpoint } from './login/oauth.ts'
import { contentInit, inboxVideoInit, videoInit } from './publishing/inits.ts'
import { armPublish } from './publishing/publishing.ts'
import { cancel, statusFetch } from './publishing/status.ts'
import { uploadEndpoint } from './publishing/upload.ts'
import { createSlidingWindow } from './sliding-window.ts'
import { emptyState } from './state.ts'
import { serveImage } from './videos/images.ts'
import { countersOf } from './videos/post-counters.ts'
import { armModeration } from './videos/posts.ts'
import { videoList, videoQuery } from './videos/videos.ts'
import { armDelivery } from './webhooks/webhooks.ts'

/** The TikTok simulation: the website with its consent page, the API and the upload host. */
export function tiktokPlatform(
  world: World,
  settings: TikTok['settings'],
  app: TikTokApp,
): Platform {
  const state = world.state.section('tiktok', emptyState)
  settings.tiktokAudited = app.audited
  settings.tiktokVerifiedPrefixes = app.verifiedPrefixes
  settings.tiktokWebhookUrl = app.webhookUrl ?? null
  const rates = createSlidingWindow(60_000)
  const tiktok: TikTok = {
    world,
    app,
    state,
    settings,
    rates,
    changed: () => world.state.changed(),
  }
  return {
    names: ['tiktok'],
    hosts: {
      '/tiktok': website(tiktok),
      '/tiktok-api': api(tiktok),
      '/tiktok-upload': uploadHost(tiktok),
    },
    control: accountControl(tiktok),
    tools: { path: '/tiktok', app: platformControl(tiktok) },
    seed() {
      rates.clear()
      seedCreators(tiktok)
    },
    resume() {
      for (const publish of state.publishes) armPublish(tiktok, publish)
      for (const post of state.posts) armModeration(tiktok, post)
      for (const delivery of state.deliveries) armDelivery(tiktok, delivery)
    },
    numbers: (platform, postId) => {
      const post = platform === 'tiktok' ? state.posts.find((one) => one.id === postId) : undefined
      const creator = post && state.creators.find((one) => one.openId === post.openId)
      return post && creator ? countersOf(tiktok, creator, post) : null
    },
    accounts: () =>
      state.creators.map((creator) => ({
        platform: 'tiktok',
        id: creator.openId,
        name: creator.displayName,
        username: creator.username,
        feedPath: `/tiktok/@${creator.username}`,
      })),
  }
}

/** www.tiktok.com */
function website(tiktok: TikTok): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/v2/auth/authorize/', authorizePage(tiktok))
  app.post('/v2/auth/authorize/', authorizeDecision(tiktok))
  app.get('/image/:kind/:file', (c) => serveImage(tiktok, c))
  app.get('/:handle{@[^/]+}', (c) => profilePage(tiktok, c))
  app.get('/:handle{@[^/]+}/:kind{video|photo}/:id', (c) => postPage(tiktok, c))
  return app
}

/** open.tiktokapis.com */
function api(tiktok: TikTok): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  // All TikTok paths end with a slash. Without it, the answer is 404.
  app.use(async (c, next) =>
    c.req.path.endsWith('/') ? next() : c.text('404 page not found', 404),
  )
  app.post('/v2/oauth/token/', tokenEndpoint(tiktok))
  app.post('/v2/oauth/revoke/', revokeEndpoint(tiktok))
  app.get('/v2/user/info/', userInfo(tiktok))
  app.post('/v2/post/publish/creator_info/query/', creatorInfo(tiktok))
  app.post('/v2/post/publish/video/init/', videoInit(tiktok))
  app.post('/v2/post/publish/inbox/video/init/', inboxVideoInit(tiktok))
  app.post('/v2/post/publish/content/init/', contentInit(tiktok))
  app.post('/v2/post/publish/status/fetch/', statusFetch(tiktok))
  app.post('/v2/post/publish/cancel/', cancel(tiktok))
  app.post('/v2/video/list/', videoList(tiktok))
  app.post('/v2/video/query/', videoQuery(tiktok))
  app.all('*', (c) =>
    c.json(
      {
        error: {
          code: 'not_implemented',
          message: `The sandbox does not simulate ${c.req.method} ${c.req.path}.`,
        },
      },
      501,
    ),
  )
  return app
}

/** The host of every upload_url. */
function uploadHost(tiktok: TikTok): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.put('/video/', uploadEndpoint(tiktok))
  return app
}
