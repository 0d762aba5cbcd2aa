import { createServer } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../../local/people/person.ts'
import { type Avatar, avatarMaxBytes, fetchAvatar } from '../../platforms/avatar.ts'
import { insertTarget } from '../support/connected.ts'
import {
  type ConnectingApp,
  choose,
  createConnectingApp,
  instagram,
  pages,
  tiktokAccount,
  toMeta,
  toTiktok,
} from '../support/connecting-app.ts'
import { control } from '../support/platforms/twins.ts'

let test: ConnectingApp
let ada: Person
beforeAll(async () => {
  test = await createConnectingApp()
  ada = await test.signIn(test.cast.admin)
  await control(test.sandbox, 'POST', '/reset')
  await choose(await toMeta(ada).then((consent) => consent.press('Continue')), [
    `facebook:${pages.records}`,
    `instagram:${instagram.records}`,
  ])
  const choice = await toTiktok(ada).then((consent) => consent.press('Continue'))
  await choose(choice, [tiktokAccount(choice)])
}, 60_000)

const channels = async () =>
  await test.sql<
    { id: string; platform: string }[]
  >`select id, platform from channels order by platform`
const pictureOf = (channelId: string) => `/w/northside/channels/${channelId}/avatar`

describe('promise D1, D2, A8: the profile picture of a connected account', () => {
  it('is copied when the account is connected, on every platform, and its URL at the platform is not kept', async () => {
    const rows = await test.sql<{ platform: string; contentType: string; bytes: number }[]>`
      select c.platform, a.content_type, octet_length(a.picture) as bytes from avatars a join channels c on c.id = a.channel_id order by 1`
    expect(rows.map((row) => [row.platform, row.contentType])).toEqual([
      ['facebook', 'image/png'],
      ['instagram', 'image/png'],
      ['tiktok', 'image/jpeg'],
    ])
    expect(rows.every(({ bytes }) => bytes > 100)).toBe(true)
    const stored = await test.sql<
      { row: string }[]
    >`select c::text || coalesce(c.account_facts::text, '') as row from channels c`
    expect(stored.map(({ row }) => row).join()).not.toMatch(/avatar|https?:/)
  })

  it('is shown wherever accounts are shown, from our own address; no page contains an image URL of a platform', async () => {
    const [first] = await channels()
    const place = {
      workspaceId: test.workspaces.northside,
      channelId: first!.id,
      platform: first!.platform,
    }
    const { postId } = await insertTarget(test.deps, place)
    for (const path of [
      '/w/northside/channels',
      '/w/northside/posts/new',
      `/w/northside/posts/${postId}`,
    ]) {
      const { html } = await ada.open(path)
      expect(html, path).toContain(`src="${pictureOf(first!.id)}"`)
      expect(
        [...html.matchAll(/<img[^>]* src="([^"]+)"/g)]
          .map(([, src]) => src)
          .filter((src) => !src!.startsWith('/')),
      ).toEqual([])
    }
    const answer = await ada.request(pictureOf(first!.id))
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const again = await ada.request(pictureOf(first!.id), {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })

  it('is for members of the workspace only', async () => {
    const [first] = await channels()
    expect((await test.cast.manager.get(pictureOf(first!.id))).status).toBe(200)
    for (const who of [test.cast.outsider, test.cast.operator]) {
      expect((await who.get(pictureOf(first!.id))).status).toBe(404)
      expect((await who.get(pictureOf(first!.id).replace('northside', 'elsewhere'))).status).toBe(
        404,
      )
    }
    expect((await test.cast.stranger.get(pictureOf(first!.id))).status).toBe(303)
  })

  it('is deleted as soon as the account is disconnected, and an initial takes its place', async () => {
    const tiktok = (await channels()).find(({ platform }) => platform === 'tiktok')!
    const question = await ada.open(`/w/northside/channels/${tiktok.id}/disconnect`)
    await question.press('Disconnect', { history: 'keep' })
    expect(await test.sql`select from avatars where channel_id = ${tiktok.id}`).toHaveLength(0)
    const answer = await ada.request(pictureOf(tiktok.id))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(await answer.text()).toContain('>N</text>')
  })
})

describe('accepted profile pictures', () => {
  const serving = async (body: Buffer, work: (url: string) => Promise<void>) => {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    await work(`http://127.0.0.1:${(server.address() as { port: number }).port}/`).finally(() =>
      server.close(),
    )
  }
  const code = (error: unknown) => (error as { problem: { code: string } }).problem.code
  const refused = (url: string) =>
    fetchAvatar(url).then((avatar: Avatar) => avatar.contentType, code)

  it('are only JPEG, PNG and WebP, recognized by their bytes, up to half a megabyte, over HTTPS', async () => {
    await serving(
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      async (url) => {
        expect(await refused(url)).toBe('no_picture')
      },
    )
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(avatarMaxBytes)])
    await serving(jpeg, async (url) => expect(await refused(url)).not.toBe('image/jpeg'))
    await serving(jpeg.subarray(0, 9_000), async (url) =>
      expect(await refused(url)).toBe('image/jpeg'),
    )
    for (const url of ['http://192.0.2.1/a.jpg', 'file:///etc/passwd', 'javascript:1', ''])
      expect(await refused(url)).toBe('no_address')
  })
})
