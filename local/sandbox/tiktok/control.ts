import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../world.ts'
import { findByUsername, findPublish, type TikTok } from './context.ts'
import { addCreator, creatorState, newCreatorBody } from './creators/creators.ts'
import { addOlderVideo, olderVideo } from './history.ts'
import { newPostId } from './ids.ts'
import { endAuthorization } from './login/tokens.ts'
import { fail } from './publishing/publishing.ts'
import type { Creator, Post, Publish } from './state.ts'
import { changeVisibility, createPost, deletePost } from './videos/posts.ts'
import { removalReasons, sendEvent } from './webhooks/webhooks.ts'

const privacyLevel = z.enum([
  'PUBLIC_TO_EVERYONE',
  'MUTUAL_FOLLOW_FRIENDS',
  'FOLLOWER_OF_CREATOR',
  'SELF_ONLY',
])
const reason = z.enum(
  Object.keys(removalReasons) as [keyof typeof removalReasons, ...(keyof typeof removalReasons)[]],
)

/** On the control port under /accounts: creates creators and changes their state. */
export function accountControl(tiktok: TikTok): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/tiktok', (c) => c.json(tiktok.state.creators))
  app.post('/tiktok', async (c) =>
    c.json(addCreator(tiktok, newCreatorBody.parse(await c.req.json())), 201),
  )
  app.post('/tiktok/history', async (c) =>
    c.json(
      z
        .array(olderVideo)
        .parse(await c.req.json())
        .map((video) => addOlderVideo(tiktok, video)),
      201,
    ),
  )
  app.post('/tiktok/:username/state', async (c) => {
    const creator = getByUsername(tiktok, c.req.param('username'))
    Object.assign(creator, creatorState.parse(await c.req.json()))
    if (creator.deleted) endAuthorization(tiktok, creator.openId, removalReasons.accountDeleted)
    tiktok.changed()
    return c.json(creator)
  })
  app.post('/tiktok/:username/disconnect', async (c) => {
    const asked = z
      .strictObject({ reason: reason.default('disconnected') })
      .parse(await readBody(c))
    endAuthorization(
      tiktok,
      getByUsername(tiktok, c.req.param('username')).openId,
      removalReasons[asked.reason],
    )
    return c.json({ ok: true })
  })
  app.post('/tiktok/:username/expire-tokens', async (c) => {
    const asked = z
      .strictObject({ access: z.boolean().default(true), refresh: z.boolean().default(false) })
      .parse(await readBody(c))
    expireTokens(tiktok, getByUsername(tiktok, c.req.param('username')), asked)
    return c.json({ ok: true })
  })
  return app
}

/**
 * On the control port under /tiktok: the creator's actions in the app, and internal state that the
 * API doesn't show.
 */
export function platformControl(tiktok: TikTok): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/audit-log', (c) => c.json(tiktok.state.auditLog))
  app.delete('/audit-log', (c) => {
    tiktok.state.auditLog = []
    return c.json({ ok: true })
  })
  app.get('/publishes', (c) => c.json(tiktok.state.publishes.map(describePublish)))
  app.post('/publishes/:id/post', async (c) => {
    const { visibility } = z
      .strictObject({ visibility: privacyLevel.default('PUBLIC_TO_EVERYONE') })
      .parse(await readBody(c))
    return c.json(createPost(tiktok, getDraft(tiktok, c.req.param('id')), visibility), 201)
  })
  app.post('/publishes/:id/drop', (c) => {
    fail(tiktok, getDraft(tiktok, c.req.param('id')), 'internal')
    return c.json({ ok: true })
  })
  app.post('/posts/:id/visibility', async (c) => {
    const { visibility } = z.strictObject({ visibility: privacyLevel }).parse(await c.req.json())
    changeVisibility(tiktok, getPost(tiktok, c.req.param('id')), visibility)
    return c.json({ ok: true })
  })
  app.delete('/posts/:id', (c) => {
    deletePost(tiktok, getPost(tiktok, c.req.param('id')))
    return c.json({ ok: true })
  })
  app.get('/webhooks', (c) => c.json(tiktok.state.deliveries))
  app.post('/webhooks/test', (c) => {
    if (!tiktok.settings.tiktokWebhookUrl)
      throw new Error('No webhook URL is set: PATCH /settings {"tiktokWebhookUrl":"..."}.')
    const publishId = `v_pub_file~v2-1.${newPostId(tiktok.world.clock.now())}`
    sendEvent(tiktok, 'sample_open_id', 'post.publish.complete', {
      publish_id: publishId,
      publish_type: 'DIRECT_PUBLISH',
    })
    return c.json({ ok: true })
  })
  return app
}

function expireTokens(
  tiktok: TikTok,
  creator: Creator,
  asked: { access: boolean; refresh: boolean },
): void {
  const now = tiktok.world.clock.now()
  for (const token of tiktok.state.tokens.filter((token) => token.openId === creator.openId)) {
    if (asked.access) token.accessExpiresAtMs = now
    if (asked.refresh) token.refreshExpiresAtMs = now
  }
  tiktok.changed()
}

/** Leaves out the upload's secret. */
const describePublish = ({ upload, ...publish }: Publish) => ({
  ...publish,
  uploadedBytes: upload?.receivedBytes ?? null,
})

const readBody = async (c: Context<SandboxEnv>): Promise<unknown> =>
  JSON.parse((await c.req.text()) || '{}')

function getByUsername(tiktok: TikTok, username: string): Creator {
  const creator = findByUsername(tiktok, username)
  if (!creator) throw new Error(`There is no TikTok account @${username}.`)
  return creator
}

/** A draft stays in the inbox after it was posted, so the creator can post it again. */
function getDraft(tiktok: TikTok, id: string): Publish {
  const publish = findPublish(tiktok, id)
  const isDraft =
    publish?.mode === 'inbox' &&
    (publish.status === 'SEND_TO_USER_INBOX' || publish.status === 'PUBLISH_COMPLETE')
  if (!publish || !isDraft) throw new Error(`No draft ${id} waits in an inbox.`)
  return publish
}

function getPost(tiktok: TikTok, id: string): Post {
  const post = tiktok.state.posts.find((post) => post.id === id)
  if (!post) throw new Error(`There is no TikTok post ${id}.`)
  return post
}
