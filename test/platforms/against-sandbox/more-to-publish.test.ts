import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonRecord } from '../../../platforms/json.ts'
import { draftOf, prepare, publish, send } from '../../support/draft.ts'
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

type Wanted = {
  platform: string
  kind: string
  media: HostedMedia[]
  fields: Record<string, string>
}

/** Publishes with these composer fields. Returns the post in the ledger. */
const publishWith = async ({ platform, kind, media, fields }: Wanted) => {
  const settings = rig.platform(platform).readSettings(kind, fields)
  const account = meta.account(platform)
  const before = await rig.posts()
  const text = kind === 'story' ? '' : `With ${Object.keys(fields).join()}`
  expect(
    rig.platform(platform).check({ kind, text, link: null, media, settings, accountFacts: null }),
  ).toEqual([])
  const draft = draftOf(rig, { platform, account, kind, text, media, settings })
  const { permalink, platformPostId } = await publish(rig, draft)
  const made = (await rig.posts()).slice(before.length)
  expect(made).toHaveLength(1)
  expect([permalink, platformPostId]).toEqual([made[0]?.permalink, made[0]?.id])
  return made[0]
}

test('Instagram: a picture carries collaborators, tagged people, a place and the AI label', async () => {
  const picture = await photo(rig.host, '#203040', { altText: 'A record' })
  const post = await publishWith({
    ...{ platform: 'instagram', kind: 'image', media: [picture] },
    fields: {
      collaborators: '@label.mates, southsideclub',
      [`tags_${picture.id}`]: '@ines.plays 30 60, label.mates',
      location_id: '106700000000002',
      is_ai_generated: 'on',
    },
  })
  expect(post?.settings).toMatchObject({
    collaborators: ['label.mates', 'southsideclub'],
    userTags: [
      [
        { username: 'ines.plays', x: 0.3, y: 0.6 },
        { username: 'label.mates', x: 0.5, y: 0.5 },
      ],
    ],
    locationId: '106700000000002',
    isAiGenerated: true,
  })
  expect(post?.media[0]?.altText).toBe('A record')
})

test('Instagram: a carousel tags people on each item; all other settings apply to the whole', async () => {
  const media = [
    await photo(rig.host, '#112233'),
    await video(rig.host, 'tagged item'),
    await photo(rig.host, '#332211'),
  ]
  const fields = {
    [`tags_${media[0]?.id}`]: 'ines.plays 0 100',
    [`tags_${media[1]?.id}`]: 'ines.plays',
  }
  const more = {
    collaborators: 'label.mates',
    location_id: '106700000000002',
    is_ai_generated: 'on',
  }
  const post = await publishWith({
    platform: 'instagram',
    kind: 'carousel',
    media,
    fields: { ...fields, ...more },
  })
  expect(post?.settings).toMatchObject({
    userTags: [[{ username: 'ines.plays', x: 0, y: 1 }], [{ username: 'ines.plays' }], []],
    locationId: '106700000000002',
    isAiGenerated: true,
  })
})

test('Instagram: the cover of a reel is a frame of the video or a separate picture', async () => {
  const film = await video(rig.host, 'with a frame')
  const framed = await publishWith({
    ...{ platform: 'instagram', kind: 'reel', media: [film] },
    fields: { cover_second: '1,5', [`tags_${film.id}`]: 'ines.plays' },
  })
  expect(framed?.settings).toMatchObject({ thumbOffsetMs: 1_500, coverSha256: null })
  const cover = await photo(rig.host, '#445566', { width: 720, height: 1280 })
  const pictured = await publishWith({
    ...{
      platform: 'instagram',
      kind: 'reel',
      media: [cover, await video(rig.host, 'with a picture')],
    },
    fields: {},
  })
  expect(pictured?.settings).toMatchObject({ thumbOffsetMs: null, coverSha256: cover.sha256 })
})

test('Instagram: a story tags people and carries the AI label', async () => {
  const picture = await photo(rig.host, '#550055', { width: 720, height: 1280 })
  const fields: JsonRecord = { [`tags_${picture.id}`]: 'ines.plays 50 50', is_ai_generated: 'on' }
  const post = await publishWith({
    ...{ platform: 'instagram', kind: 'story', media: [picture] },
    fields: fields as Record<string, string>,
  })
  expect(post?.settings).toMatchObject({
    userTags: [[{ username: 'ines.plays', x: 0.5, y: 0.5 }]],
    isAiGenerated: true,
  })
})

test('Facebook: a picture story and a video story are published once, with their URLs', async () => {
  const picture = await photo(rig.host, '#331155', { width: 720, height: 1280 })
  const ofPicture = await publishWith({
    platform: 'facebook',
    kind: 'story',
    media: [picture],
    fields: {},
  })
  expect(ofPicture).toMatchObject({ kind: 'story', media: [{ sha256: picture.sha256 }] })
  const film = await video(rig.host, 'page story')
  const ofVideo = await publishWith({
    ...{ platform: 'facebook', kind: 'story', media: [film] },
    fields: { is_ai_generated: 'on' },
  })
  expect(ofVideo).toMatchObject({
    kind: 'story',
    media: [{ sha256: film.sha256 }],
    settings: { isAiGenerated: true },
  })
})

test('Facebook: a reel carries a place and the AI label, and uses the picture uploaded with it as its cover', async () => {
  const [film, cover] = [
    await video(rig.host, 'with a place'),
    await photo(rig.host, '#448844', { width: 720, height: 1280 }),
  ]
  const post = await publishWith({
    ...{ platform: 'facebook', kind: 'reel', media: [film, cover] },
    fields: { place_id: '106700000000002', is_ai_generated: 'on' },
  })
  expect(post).toMatchObject({
    media: [{ sha256: film.sha256 }],
    settings: { placeId: '106700000000002', coverSha256: cover.sha256, isAiGenerated: true },
  })
})

/** Sends a draft and checks until the state stays the same or the wait is a minute or more. */
const inInbox = async (kind: string, media: HostedMedia[], fields: Record<string, string>) => {
  const platform = rig.platform('tiktok')
  const settings = platform.readSettings(kind, { inbox: 'on', consent: 'on', ...fields })
  const wanted = {
    kind,
    text: 'Said later',
    link: null,
    media,
    settings,
    accountFacts: null,
    granted: ['video.upload'],
  }
  expect(platform.check(wanted)).toEqual([])
  expect(platform.check({ ...wanted, granted: ['video.publish'] }).map(({ rule }) => rule)).toEqual(
    ['inbox_permission'],
  )
  const draft = draftOf(rig, {
    platform: 'tiktok',
    account: tiktok.account('tiktok'),
    kind,
    text: 'Said later',
    media,
    settings,
  })
  await prepare(rig, draft)
  expect(await send(rig, draft)).toMatchObject({ state: 'processing' })
  const check = () => platform.publish.check(draft.publication())
  let checked = await check()
  for (
    let looks = 0;
    looks < 20 && checked.state === 'processing' && checked.againInMs < 60_000;
    looks += 1
  ) {
    await rig.advance(checked.againInMs)
    checked = await check()
  }
  expect(checked).toMatchObject({
    state: 'processing',
    waitingFor: expect.stringContaining('in the TikTok inbox of the account'),
  })
  return { publishId: String(draft.handles().publishId), check, settings }
}

test.each(['video', 'photos'])(
  'TikTok: %s become an inbox draft and are published when the person posts them',
  async (kind) => {
    const media =
      kind === 'video' ? [await video(rig.host, 'a draft')] : [await photo(rig.host, '#121212')]
    const before = await rig.posts()
    const { publishId, check, settings } = await inInbox(kind, media, {
      photo_title: kind === 'photos' ? 'A title' : '',
    })
    expect(await rig.posts(), 'nothing is public before').toHaveLength(before.length)
    expect(rig.platform('tiktok').publish.processesForMs?.(settings)).toBe(7 * 24 * 3_600_000)
    await rig.control('POST', `/tiktok/publishes/${publishId}/post`, {})
    expect(await check()).toMatchObject({ state: 'published' })
  },
)
