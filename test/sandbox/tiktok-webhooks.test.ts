import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { webhookSignature } from '../../local/sandbox/tiktok/webhooks/webhook-signature.ts'
import { app, startServer, startTikTok, type TikTokCast, until } from './tiktok-cast.ts'

let tiktok: TikTokCast
let receiver: Awaited<ReturnType<typeof startServer>>
let statusNow = 200
let login: Record<string, string>
beforeAll(async () => {
  receiver = await startServer(
    { '/m/1.jpg': await makeJpeg({ width: 800, height: 800 }) },
    () => statusNow,
  )
  tiktok = await startTikTok()
})
afterAll(async () => {
  await tiktok.close()
  await receiver.close()
})
beforeEach(async () => {
  await tiktok.reset()
  receiver.received.length = 0
  statusNow = 200
  await tiktok.set({
    tiktokVerifiedPrefixes: [`${receiver.url}/m/`],
    tiktokWebhookUrl: `${receiver.url}/hook`,
  })
  login = await tiktok.login()
})

async function publish(privacyLevel: string): Promise<string> {
  const { data } = await tiktok.api(login.access_token ?? '', '/v2/post/publish/content/init/', {
    media_type: 'PHOTO',
    post_mode: 'DIRECT_POST',
    post_info: { privacy_level: privacyLevel },
    source_info: {
      source: 'PULL_FROM_URL',
      photo_images: [`${receiver.url}/m/1.jpg`],
      photo_cover_index: 0,
    },
  })
  return data.publish_id
}
const hooks = () => receiver.received.filter((request) => request.path === '/hook')
const events = () => hooks().map(({ body }) => JSON.parse(body))
const arrived = (count: number) =>
  until(
    async () => events(),
    (all) => all.length >= count,
  )

test('the signature matches the fact sheet', () => {
  const body =
    '{"client_key":"sbx_client_key","event":"post.publish.complete","create_time":1760000000,"user_openid":"sbx_open_id_1","content":"{\\"publish_id\\":\\"v_pub_file~v2-1.7600000000000000001\\",\\"publish_type\\":\\"DIRECT_PUBLISH\\"}"}'
  expect(webhookSignature('sbx_client_secret', 1_760_000_000, body)).toBe(
    't=1760000000,s=c3c4026f9329b3e918aff70225f98bbd0e8003c60018f57318bea47dd20ec5ca',
  )
})

test('a public post sends complete, then publicly_available with its id as a string, each signed over the raw body', async () => {
  const publishId = await publish('PUBLIC_TO_EVERYONE')
  const [complete, available] = await arrived(2)
  const [post] = await tiktok.posts()
  expect(complete).toMatchObject({
    client_key: app.key,
    event: 'post.publish.complete',
    user_openid: login.open_id,
  })
  expect(JSON.parse(complete.content)).toEqual({
    publish_id: publishId,
    publish_type: 'DIRECT_PUBLISH',
  })
  expect(available.event).toBe('post.publish.publicly_available')
  expect(JSON.parse(available.content).post_id).toBe(post?.id)
  for (const { body, headers } of hooks()) {
    const [, t, s] = String(headers['tiktok-signature']).match(/^t=(\d+),s=([0-9a-f]{64})$/) ?? []
    expect(createHmac('sha256', app.secret).update(`${t}.${body}`).digest('hex')).toBe(s)
  }
})

test('an event is sent again with the same body until it is answered with 200', async () => {
  statusNow = 503
  await publish('SELF_ONLY')
  await arrived(3)
  statusNow = 200
  await until(
    async () => (await tiktok.control('GET', '/tiktok/webhooks'))[0],
    (delivery) => delivery.nextAtMs === null,
  )
  expect(new Set(hooks().map(({ body }) => body)).size).toBe(1)
  const seen = hooks().length
  await tiktok.advance(72 * 3_600_000)
  expect(hooks()).toHaveLength(seen)
})

test('after 72 hours without a 200 the event is dropped', async () => {
  statusNow = 500
  await publish('SELF_ONLY')
  await arrived(1)
  await tiktok.advance(73 * 3_600_000)
  const [delivery] = await tiktok.control('GET', '/tiktok/webhooks')
  expect(delivery.nextAtMs).toBeNull()
  expect(delivery.tries.every((attempt: { status: number }) => attempt.status === 500)).toBe(true)
})

test('events are sent twice when configured', async () => {
  await tiktok.set({ tiktokWebhookDuplicates: true })
  await publish('SELF_ONLY')
  const [first, second] = await arrived(2)
  expect(second).toEqual(first)
})

test('events are sent out of order when configured', async () => {
  await tiktok.set({ tiktokWebhookReorder: true })
  await publish('PUBLIC_TO_EVERYONE')
  await arrived(1)
  await tiktok.advance(5_000)
  expect((await arrived(2)).map(({ event }) => event)).toEqual([
    'post.publish.publicly_available',
    'post.publish.complete',
  ])
})

test.each([
  ['disconnected', 1],
  ['accountBanned', 4],
])(
  'a creator who is %s: tokens end at once and authorization.removed has reason %i',
  async (reason, number) => {
    await tiktok.control('POST', '/accounts/tiktok/northside.records/disconnect', { reason })
    const [removed] = await arrived(1)
    expect(removed).toMatchObject({
      event: 'authorization.removed',
      user_openid: login.open_id,
      content: `{"reason":${number}}`,
    })
    expect(
      (await tiktok.api(login.access_token ?? '', '/v2/user/info/?fields=open_id')).status,
    ).toBe(401)
  },
)

test('revoking by the API has reason 5, and a publish in progress fails with auth_removed', async () => {
  await tiktok.set({ tiktokProcessingMs: 60_000 })
  const publishId = await publish('SELF_ONLY')
  const body = new URLSearchParams({
    client_key: app.key,
    client_secret: app.secret,
    token: login.access_token ?? '',
  })
  await fetch(`${tiktok.sandbox.url}/tiktok-api/v2/oauth/revoke/`, { method: 'POST', body })
  expect((await arrived(1))[0].content).toBe('{"reason":5}')
  await until(
    async () => (await tiktok.control('GET', '/tiktok/publishes'))[0],
    (publish) => publish.downloadedBytes > 0,
  )
  await tiktok.advance(60_000)
  const failed = (await arrived(2))[1]
  expect(failed.event).toBe('post.publish.failed')
  expect(JSON.parse(failed.content)).toMatchObject({
    publish_id: publishId,
    reason: 'auth_removed',
  })
})

test('a post made private or deleted is no longer publicly available, until it is public again', async () => {
  await publish('PUBLIC_TO_EVERYONE')
  await arrived(2)
  const [post] = await tiktok.posts()
  await tiktok.control('POST', `/tiktok/posts/${post?.id}/visibility`, { visibility: 'SELF_ONLY' })
  expect((await arrived(3))[2]?.event).toBe('post.publish.no_longer_publicaly_available')
  await tiktok.control('POST', `/tiktok/posts/${post?.id}/visibility`, {
    visibility: 'PUBLIC_TO_EVERYONE',
  })
  expect((await arrived(4))[3]?.event).toBe('post.publish.publicly_available')
  await tiktok.control('DELETE', `/tiktok/posts/${post?.id}`)
  expect((await arrived(5))[4]?.event).toBe('post.publish.no_longer_publicaly_available')
  expect(await tiktok.posts()).toEqual([])
})

test('without a URL, events are neither sent nor kept, and a test event is refused', async () => {
  await tiktok.control('POST', '/tiktok/webhooks/test')
  expect(await arrived(1)).toHaveLength(1)
  await tiktok.set({ tiktokWebhookUrl: null })
  await publish('SELF_ONLY')
  await until(
    () => tiktok.posts(),
    (posts) => posts.length === 1,
  )
  expect(await tiktok.control('GET', '/tiktok/webhooks')).toHaveLength(1)
  await expect(tiktok.control('POST', '/tiktok/webhooks/test')).rejects.toThrow('No webhook URL')
})
