import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Page } from '../../local/people/person.ts'
import { compose, password, upload } from '../../local/people/story.ts'
import type { SandboxOptions } from '../../local/sandbox/server.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { draftOf, prepare, problemOf, reconcile, send, sendBlindly } from '../support/draft.ts'
import { measureAll } from '../support/insights/measure-all.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { type Connection, type Rig, startRig } from '../support/platforms/against-sandbox.ts'
import { control, startTwins } from '../support/platforms/twins.ts'
import { photo, video } from '../support/publishable.ts'
import type { HostedMedia } from '../support/servers/media-host.ts'
import { type Recorded, type RecordedSandbox, startRecordedSandbox } from './recorder.ts'

// Records every request to the platforms: first of the whole product as a person uses it, then of
// the platform clients alone, for what only happens after a failure.

const hourMs = 3_600_000
const ada = '10200000000000001'
/** A Page with a location. */
const cafe = '106700000000002'
const zone = 'Europe/Zurich'
const accounts: Record<string, string> = {
  facebook: 'Northside Records',
  instagram: '@northsiderecords',
  tiktok: '@northside.records',
}

export type Story = { recorded: Recorded[]; published: string[] }

/** Connects, publishes every kind of post, measures and disconnects, with pages and workflows. */
export async function recordProduct(): Promise<Story> {
  const behind: RecordedSandbox[] = []
  const start = async (options: SandboxOptions) => {
    const sandbox = await startRecordedSandbox(options)
    atTheEnd(() => sandbox.close())
    behind.push(sandbox)
    // A Page that is only in a business portfolio, so it is found in a different way.
    const business = { id: '55500000000001', name: 'Northside Holding', relation: 'owned' }
    await control(sandbox, 'POST', '/accounts/meta/pages', {
      name: 'Held',
      people: [{ id: ada }],
      business,
    })
    return { ...sandbox, close: async () => undefined }
  }
  const clock = { aheadMs: 0 }
  const now = () => Date.now() + clock.aheadMs
  const house = await install({ twins: (url) => startTwins(url, start), now })
  const published = await publishEveryKind(house)
  clock.aheadMs += 7 * hourMs
  await house.control('POST', '/clock', { advanceMs: 7 * hourMs })
  await measureAll(house.sql, house.client)
  await disconnectAll(house)
  return { recorded: behind.flatMap(({ recorded }) => recorded), published }
}

type Files = Record<'landscape' | 'square' | 'tall' | 'clip', string>

async function publishEveryKind(house: Installed): Promise<string[]> {
  const { admin, slug } = house
  const files: Files = {
    landscape: await upload(
      admin,
      slug,
      'landscape.jpg',
      await makeJpeg({ width: 1200, height: 800 }),
    ),
    square: await upload(admin, slug, 'square.jpg', await makeJpeg({ width: 1080, height: 1080 })),
    tall: await upload(admin, slug, 'tall.jpg', await makeJpeg({ width: 1080, height: 1920 })),
    clip: await upload(
      admin,
      slug,
      'clip.mp4',
      await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
    ),
  }
  const { platforms } = createPlatforms(house.config)
  const wanted: Wanted[] = [...platforms.values()].flatMap(({ name, kinds }) =>
    kinds.flatMap((kind) =>
      mediaFor(name, kind.name, files).map((media) => ({ platform: name, kind: kind.name, media })),
    ),
  )
  for (const kind of ['video', 'photos'])
    wanted.push({
      platform: 'tiktok',
      kind,
      media: kind === 'video' ? [files.clip] : [files.square],
      isDraft: true,
    })
  const addresses: string[] = []
  for (const one of wanted) addresses.push(await schedule(house, one))
  for (const address of addresses) {
    const page = await untilPage(admin, address, isOut, 90_000)
    if (![...pillsOf(page), page.text].some((words) => /^published$|TikTok inbox/.test(words)))
      throw new Error(`${address} is not published: ${page.text}`)
  }
  const openComments = async () =>
    (await house.sql`select 1 from targets where comment_open`).length
  await until(async () => (await openComments()) === 0, 'first comments are written')
  return wanted.map(({ platform, kind }) => `${platform} ${kind}`)
}

/** Every set of media that a kind of post accepts. */
function mediaFor(
  platform: string,
  kind: string,
  { landscape, square, tall, clip }: Files,
): string[][] {
  // A picture next to a video is its cover.
  if (kind === 'reel') return platform === 'facebook' ? [[clip, tall]] : [[clip], [clip, tall]]
  const of: Record<string, string[][]> = {
    text: [[]],
    link: [[]],
    photo: [[landscape]],
    photos: [[landscape, square]],
    image: [[square]],
    carousel: [[square, clip, landscape]],
    story: [[tall], [clip]],
  }
  return of[kind] ?? [[clip]]
}

type Wanted = { platform: string; kind: string; media: string[]; isDraft?: true }

/** Every setting of a post. Platforms ignore what a kind does not have. */
function settingsOf({ platform, kind, media, isDraft }: Wanted): Record<string, string> {
  const comment: Record<string, string> =
    kind === 'story' ? {} : { first_comment: `${platform} ${kind}: a comment` }
  const choices: Record<string, Record<string, string>> = {
    facebook: { ...comment, place_id: cafe, is_ai_generated: 'on' },
    instagram: {
      ...comment,
      collaborators: '@label.mates',
      location_id: cafe,
      is_ai_generated: 'on',
      ...(media.length === 1 ? { cover_second: '1.5' } : {}),
      ...Object.fromEntries(media.map((id) => [`tags_${id}`, 'ines.plays'])),
    },
    tiktok: {
      ...{ privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: 'on', consent: 'on', is_aigc: 'on' },
      ...{
        cover_second: '1',
        cover_photo: String(media.length),
        photo_title: 'Crates',
        auto_add_music: 'on',
      },
      ...(isDraft ? { inbox: 'on' } : {}),
    },
  }
  return choices[platform] ?? {}
}

async function schedule(house: Installed, one: Wanted): Promise<string> {
  const channel = house.channel(accounts[one.platform] ?? '')
  const settings = settingsOf(one)
  const { url, text: shown } = await compose(
    house.admin,
    house.slug,
    {
      text:
        one.kind === 'story'
          ? ''
          : `${one.platform} ${one.kind} ${one.media.length}${one.isDraft ? ' draft' : ''} #vinyl`,
      channel,
      link: one.kind === 'link' ? 'https://example.org/crates' : '',
      media: one.media,
      [`kind.${channel}`]: one.kind,
      time: wallTimeOf(new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 10_000), zone),
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [`${channel}.${name}`, value]),
      ),
    },
    'Schedule',
  )
  if (!/\/posts\/[0-9a-f-]{36}/.test(url)) {
    throw new Error(`${one.platform} ${one.kind} was not scheduled: ${shown.slice(0, 1_000)}`)
  }
  return url
}

const ended = ['published', 'failed', 'unconfirmed', 'missed']
const isOut = (page: Page): boolean =>
  pillsOf(page).some((words) => ended.includes(words)) || page.text.includes('TikTok inbox')

const pillsOf = (page: Page): string[] =>
  [...page.document.querySelectorAll('.pill')].map((pill) => (pill.textContent ?? '').trim())

async function disconnectAll(house: Installed): Promise<void> {
  const channels = await house.sql<
    { id: string }[]
  >`select id from channels where state = 'connected'`
  for (const { id } of channels) {
    const asked = await house.admin.open(`/w/${house.slug}/channels/${id}/disconnect`)
    // Hours have passed since the password was entered.
    const confirms = asked.text.includes('Confirm it’s you')
    const question = confirms
      ? await asked.press('Continue', { confirm_password: password })
      : asked
    await question.press('Disconnect', { history: 'keep' })
  }
  const open = async () =>
    (await house.sql`select 1 from revocations where access_token_sealed is not null`).length
  await until(
    async () => (await open()) === 0,
    'the platforms are told that all accounts are disconnected',
  )
}

async function until(isDone: () => Promise<boolean>, what: string): Promise<void> {
  for (
    const giveUpAt = Date.now() + 90_000;
    !(await isDone());
    await new Promise((resolve) => setTimeout(resolve, 200))
  )
    if (Date.now() > giveUpAt) throw new Error(`it did not come to this: ${what}`)
}

/** Loses the response of each kind of send, and then looks for the post in every way we have. */
export async function recordTroubles(): Promise<Story> {
  const behind: RecordedSandbox[] = []
  const start = async (options: SandboxOptions) => {
    const sandbox = await startRecordedSandbox(options)
    behind.push(sandbox)
    return sandbox
  }
  const rig = await startRig({ start })
  atTheEnd(() => rig.close())
  const connections = { meta: await rig.connect('meta'), tiktok: await rig.connect('tiktok') }
  for (const trouble of troubles) await lookAfterLoss(rig, connections, trouble)
  await leaveOrphans(rig, connections.meta)
  return { recorded: behind.flatMap(({ recorded }) => recorded), published: [] }
}

type Trouble = {
  platform: string
  kind: string
  endpoint: string
  media(rig: Rig): Promise<HostedMedia[]>
}

const film = async ({ host }: Rig) => [await video(host, `film ${Math.random()}`)]
const picture = async ({ host }: Rig) => [await photo(host, '#204060')]
const tallPicture = async ({ host }: Rig) => [
  await photo(host, '#604020', { width: 720, height: 1280 }),
]
const troubles: Trouble[] = [
  { platform: 'facebook', kind: 'text', endpoint: 'feed', media: async () => [] },
  { platform: 'facebook', kind: 'photo', endpoint: 'feed', media: picture },
  { platform: 'facebook', kind: 'reel', endpoint: 'video_reels.finish', media: film },
  { platform: 'facebook', kind: 'video', endpoint: 'videos.finish', media: film },
  { platform: 'instagram', kind: 'image', endpoint: 'media_publish', media: picture },
  { platform: 'instagram', kind: 'story', endpoint: 'media_publish', media: tallPicture },
  { platform: 'tiktok', kind: 'video', endpoint: 'upload', media: film },
  { platform: 'tiktok', kind: 'photos', endpoint: 'content/init', media: picture },
]

type Connections = { meta: Connection; tiktok: Connection }

async function lookAfterLoss(
  rig: Rig,
  connections: Connections,
  { platform, kind, endpoint, media }: Trouble,
): Promise<void> {
  const account = connections[platform === 'tiktok' ? 'tiktok' : 'meta'].account(platform)
  const text = kind === 'story' ? '' : `${platform} ${kind} after a loss`
  const draft = draftOf(rig, { platform, account, kind, text, media: await media(rig) })
  await prepare(rig, draft)
  await rig.fault({ platform, endpoint, when: 'after', kind: 'reset' })
  await sendBlindly(rig, draft)
  await rig.advance(60_000)
  await reconcile(rig, draft)
}

/** Records what happens to uploaded pictures when their post is refused. */
async function leaveOrphans(rig: Rig, meta: Connection): Promise<void> {
  const media = [...(await picture(rig)), ...(await picture(rig))]
  const wanted = {
    platform: 'facebook',
    account: meta.account('facebook'),
    kind: 'photos',
    text: 'Refused',
    media,
  }
  const draft = draftOf(rig, wanted)
  await prepare(rig, draft)
  await rig.fault({
    platform: 'facebook',
    endpoint: 'feed',
    when: 'before',
    kind: 'error',
    code: 368,
  })
  await problemOf(send(rig, draft))
}
