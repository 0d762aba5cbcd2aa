import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Draft,
  type DraftWanted,
  draftOf,
  prepare,
  receipt,
  send,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'
import type { HostedMedia } from '../../support/servers/media-host.ts'

let rig: Rig
let meta: Connection
let tiktok: Connection

beforeAll(async () => {
  rig = await startRig()
  meta = await rig.connect('meta')
  tiktok = await rig.connect('tiktok')
})
afterAll(() => rig.close())

type Case = {
  title: string
  platform: string
  kind: string
  text: string
  link?: string
  media?: () => Promise<HostedMedia[]>
  settings?: DraftWanted['settings']
  /** The platform's name for this kind of post, if it differs. */
  shownAs?: string
  /** Whether the platform stores alt texts. */
  keepsAltText?: boolean
  /** Whether only the platform's app can open the URL. */
  hasNoPage?: boolean
}

const altText = 'A crate of records'
const cases: Case[] = [
  {
    title: 'a text',
    platform: 'facebook',
    kind: 'text',
    text: 'Doors open at ten.\n\nBring a bag — ä ö 漢字 🎶',
  },
  {
    title: 'a link',
    platform: 'facebook',
    kind: 'link',
    text: 'The programme',
    link: 'https://northside.example/?a=1&b=#2',
  },
  {
    title: 'a photo',
    platform: 'facebook',
    kind: 'photo',
    text: 'One crate',
    media: async () => [await photo(rig.host, '#204060', { altText })],
    keepsAltText: true,
  },
  {
    title: 'photos in their order',
    platform: 'facebook',
    kind: 'photos',
    text: 'Three crates',
    media: () =>
      Promise.all(
        ['#102030', '#a02030', '#10a030'].map((color) =>
          photo(rig.host, color, { altText: color }),
        ),
      ),
    keepsAltText: true,
  },
  {
    title: 'a video in pieces',
    platform: 'facebook',
    kind: 'video',
    text: 'The shop, filmed',
    media: async () => [
      await video(rig.host, 'fb video', { width: 1280, height: 720, padBytes: 100_000 }),
    ],
  },
  {
    title: 'a reel',
    platform: 'facebook',
    kind: 'reel',
    text: 'Spin',
    media: async () => [await video(rig.host, 'fb reel')],
  },
  {
    title: 'a reel as MOV',
    platform: 'facebook',
    kind: 'reel',
    text: 'Spin the other way',
    media: async () => [await video(rig.host, 'fb mov', { container: 'mov' })],
  },
  {
    title: 'a story of a picture',
    platform: 'facebook',
    kind: 'story',
    text: '',
    media: async () => [await photo(rig.host, '#321321', { width: 720, height: 1280 })],
    hasNoPage: true,
  },
  {
    title: 'a story of a video',
    platform: 'facebook',
    kind: 'story',
    text: '',
    media: async () => [await video(rig.host, 'fb story')],
    hasNoPage: true,
  },
  {
    title: 'a picture',
    platform: 'instagram',
    kind: 'image',
    text: 'New in #vinyl & more 50 % off',
    media: async () => [await photo(rig.host, '#334455', { altText })],
    keepsAltText: true,
  },
  {
    title: 'a carousel of pictures and a video',
    platform: 'instagram',
    kind: 'carousel',
    text: 'Three things',
    media: async () => [
      await photo(rig.host, '#556677', { altText: 'one' }),
      await video(rig.host, 'ig item'),
      await photo(rig.host, '#998877'),
    ],
  },
  {
    title: 'a reel',
    platform: 'instagram',
    kind: 'reel',
    text: 'Spin',
    media: async () => [await video(rig.host, 'ig reel')],
  },
  {
    title: 'a story of a picture',
    platform: 'instagram',
    kind: 'story',
    text: '',
    media: async () => [await photo(rig.host, '#123123', { width: 720, height: 1280 })],
  },
  {
    title: 'a story of a video',
    platform: 'instagram',
    kind: 'story',
    text: '',
    media: async () => [await video(rig.host, 'ig story')],
  },
  {
    title: 'a video in one chunk',
    platform: 'tiktok',
    kind: 'video',
    text: 'New crate #vinyl @northside',
    media: async () => [await video(rig.host, 'tt one')],
  },
  {
    title: 'a video of more than 64 MB in several chunks',
    platform: 'tiktok',
    kind: 'video',
    text: 'A long one',
    media: async () => [await video(rig.host, 'tt many', { padBytes: 65_000_000 })],
  },
  {
    title: 'photos',
    platform: 'tiktok',
    kind: 'photos',
    text: 'Five finds #vinyl',
    media: () => Promise.all(['#654321', '#123456'].map((color) => photo(rig.host, color))),
    shownAs: 'photo',
  },
]

test.each(cases.map((wanted) => [`${wanted.platform}: ${wanted.title}`, wanted] as const))(
  '%s is published once, exactly as given',
  async (_name, wanted) => {
    const { platform, kind, text, link = null } = wanted
    const media = (await wanted.media?.()) ?? []
    const connection = platform === 'tiktok' ? tiktok : meta
    const draft = draftOf(rig, {
      platform,
      account: connection.account(platform),
      kind,
      text,
      link,
      media,
    })
    const before = await rig.posts()

    await prepare(rig, draft)
    expect(await rig.posts(), 'nothing is public before the send').toEqual(before)
    const { sent, callId } = await sendOnce(draft)
    const id = await settle(rig, draft, sent)
    const found = await receipt(rig, draft, id)

    const [post, ...others] = (await rig.posts()).slice(before.length)
    expect(others).toEqual([])
    expect(post).toMatchObject({
      platform,
      account: draft.publication().account.id,
      kind: wanted.shownAs ?? kind,
      text,
      link,
    })
    expect(post?.media.map((item) => item.sha256)).toEqual(media.map((item) => item.sha256))
    if (wanted.keepsAltText)
      expect(post?.media.map((item) => item.altText)).toEqual(media.map((item) => item.altText))
    expect(found.platformPostId).toBe(post?.id)
    expect(found.permalink).toBe(post?.permalink)
    if (!wanted.hasNoPage) expect((await fetch(found.permalink ?? '')).status).toBe(200)
    expect(post?.callId, 'the one call made the post').toBe(callId)
  },
)

/**
 * Sends the post. Exactly one call is made, right after `leaving`. Returns the result and the
 * call's id in the ledger.
 */
const sendOnce = async (draft: Draft) => {
  const sinceId = String((await rig.calls()).at(-1)?.id ?? 0)
  const sent = await send(rig, draft)
  const calls = await rig.calls({ sinceId })
  expect(draft.departures).toHaveLength(1)
  expect(calls).toHaveLength(1)
  const [leftAtMs = 0] = draft.departures
  const waitedMs = (calls[0]?.sandboxAtMs ?? 0) - leftAtMs
  expect(waitedMs).toBeGreaterThanOrEqual(0)
  expect(waitedMs).toBeLessThan(1_000)
  return { sent, callId: calls[0]?.id }
}
