import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { compose, upload } from '../../local/people/story.ts'
import { usualStyle } from '../../text/date-style.ts'
import { formats } from '../../web/time/formats.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { changed, targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const zone = 'Europe/Zurich'
let aheadMs = 0
const now = () => Date.now() + aheadMs
let house: Installed
let clip: string
let pictures: string[]

beforeAll(async () => {
  house = await install({ now })
  const { admin, slug } = house
  clip = await upload(
    admin,
    slug,
    'clip.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
  )
  const tall = (color: string) => makeJpeg({ width: 1080, height: 1920, color })
  pictures = [
    await upload(admin, slug, '1.jpg', await tall('#a33')),
    await upload(admin, slug, '2.jpg', await tall('#3a3')),
  ]
}, 120_000)

/** Moves the clocks of the product and of TikTok. Temporal's stays, so the workflow has to look. */
const passTime = async (ms: number, url?: string): Promise<void> => {
  aheadMs += ms
  await house.control('POST', '/clock', { advanceMs: ms })
  if (url) await look(url)
}
/** As a webhook does. TikTok signs webhooks at a real time, which this test's clock has left. */
const look = async (url: string): Promise<void> =>
  house.client.workflow.getHandle(targetWorkflowId((await rowOf(url)).id)).signal(changed)

type Publish = { id: string; mode: string; status: string; postIds: string[] }
const publishes = async (): Promise<Publish[]> =>
  (await house.control('GET', '/tiktok/publishes')) as Publish[]
/** The creator acts in TikTok's app. */
const creator = async (act: 'drop' | 'post', { id }: Publish, url: string): Promise<void> => {
  await house.control('POST', `/tiktok/publishes/${encodeURIComponent(id)}/${act}`, {})
  await look(url)
}

type Row = { id: string; state: string; attemptNumber: number; sentAt: Date; code: string | null }
const rowOf = async (url: string): Promise<Row> => {
  const postId = url.match(/posts\/([0-9a-f-]{36})/)?.[1] ?? ''
  const [row] = await house.sql<Row[]>`
    select id, state, attempt_number, sent_at, problem ->> 'code' as code from targets where post_id = ${postId}`
  if (!row) throw new Error(`no target of ${url}`)
  return row
}

let before: Publish[] = []
beforeEach(async () => {
  before = await publishes()
})
const made = async (): Promise<Publish[]> => (await publishes()).slice(before.length)

let number = 0
const fieldsOf = (kind: 'video' | 'photos') => {
  number += 1
  const channel = house.channel('@northside.records')
  return {
    ...{
      text: `Draft ${number}`,
      channel,
      media: kind === 'video' ? [clip] : pictures,
      [`kind.${channel}`]: kind,
    },
    ...{ [`${channel}.inbox`]: 'on', [`${channel}.consent`]: 'on' },
  }
}
const inInbox = 'in the TikTok inbox of the account'

/** Sends a draft from the composer and waits until it is in the inbox. */
const deliver = async (kind: 'video' | 'photos'): Promise<{ url: string; draft: Publish }> => {
  const { url } = await compose(house.admin, house.slug, fieldsOf(kind), 'Publish now')
  await untilPage(house.admin, url, (page) => page.text.includes(inInbox))
  const [draft, ...others] = await made()
  expect(others).toEqual([])
  expect(draft).toMatchObject({ mode: 'inbox', status: 'SEND_TO_USER_INBOX' })
  return { url, draft: draft! }
}

describe('promise U1: a draft for the TikTok inbox is delivered once, and followed to its end', () => {
  test('scheduled in the composer, it is delivered at its time, and published when its creator posts it days later', {
    timeout: 120_000,
  }, async () => {
    const posts = (await house.ledger.posts()).length
    const due = new Date(Math.ceil((now() + 2 * dayMs) / 60_000) * 60_000)
    const fields = { ...fieldsOf('photos'), time: wallTimeOf(due, zone) }
    const { url } = await compose(house.admin, house.slug, fields, 'Schedule')
    expect(await made()).toEqual([])
    await passTime(due.getTime() - now() + 1_000, url)
    await untilPage(house.admin, url, (page) => page.text.includes(inInbox))
    const [draft] = await made()
    expect(await house.ledger.posts(), 'nothing is public before').toHaveLength(posts)

    await passTime(5 * dayMs, url)
    expect(await rowOf(url)).toMatchObject({ state: 'processing', attemptNumber: 1 })
    await creator('post', draft!, url)
    await untilPage(house.admin, url, (page) => page.text.includes('Confirmed'))
    expect(await rowOf(url)).toMatchObject({ state: 'published', attemptNumber: 1 })
    expect(await made()).toHaveLength(1)
    expect(await house.ledger.posts()).toHaveLength(posts + 1)
  })

  test('every page says that it waits in the inbox and until when, and its author is told once', {
    timeout: 120_000,
  }, async () => {
    const { admin, slug, letters } = house
    const { url, draft } = await deliver('photos')
    const page = await untilPage(admin, url, (shown) => shown.text.includes('Finish by'))
    const words = 'In the TikTok inbox: finish it in the TikTok app by '
    const row = await rowOf(url)
    const until = formats({ zone, dates: usualStyle }, now()).when(
      new Date(row.sentAt.getTime() + 7 * dayMs),
    )
    expect(page.text).toContain(`${words}${until}`)
    for (const path of ['today', 'calendar?view=list', 'calendar']) {
      const shown = await admin.open(`/w/${slug}/${path}`)
      expect(shown.html, path).toContain(`${words}${until}`)
    }
    for (const path of ['today', 'calendar?view=list', 'calendar', 'calendar?view=week'])
      expect((await admin.open(`/w/${slug}/${path}`)).html, path).not.toMatch(
        />publishing<|, publishing</,
      )
    expect(page.html).not.toContain('>publishing<')
    const told = await untilPage(admin, `/w/${slug}/notices`, (shown) =>
      shown.text.includes(`Finish it in the TikTok app by ${until}`),
    )
    expect(told.text).toContain(`“Draft ${number}” is in the TikTok inbox of`)
    const mailed = () =>
      letters.filter(({ subject }) =>
        subject.startsWith(`“Draft ${number}” is in the TikTok inbox`),
      )
    await expect.poll(() => mailed().length, { timeout: 20_000 }).toBe(1)

    await look(url)
    await creator('post', draft, url)
    await untilPage(admin, url, (shown) => shown.text.includes('Confirmed'))
    expect(mailed()).toHaveLength(1)
    expect((await admin.open(url)).text).not.toContain(words)
  })

  test('never touched, it waits for seven days, and then a person is asked', {
    timeout: 120_000,
  }, async () => {
    const { url, draft } = await deliver('video')
    await passTime(7 * dayMs - hourMs, url)
    await untilPage(house.admin, url, (page) => page.text.includes(inInbox))
    expect(await rowOf(url)).toMatchObject({ state: 'processing' })

    await passTime(2 * hourMs, url)
    const asked = await untilPage(house.admin, url, (page) =>
      page.text.includes('No, publish again'),
    )
    expect(asked.text).toContain(inInbox)
    expect(await rowOf(url)).toMatchObject({ state: 'unconfirmed', attemptNumber: 1 })
    expect(await made()).toMatchObject([{ id: draft.id, status: 'SEND_TO_USER_INBOX' }])

    await asked.press('No, publish again')
    await untilPage(house.admin, url, (page) => page.text.includes(inInbox))
    expect(
      (await made()).map(({ status }) => status),
      'a person asked for it',
    ).toEqual(['SEND_TO_USER_INBOX', 'SEND_TO_USER_INBOX'])
    expect(await rowOf(url)).toMatchObject({ state: 'processing', attemptNumber: 2 })
  })

  test.each(['video', 'photos'] as const)(
    'deleted in the inbox, it is not delivered again until a person asks: %s',
    {
      timeout: 120_000,
    },
    async (kind) => {
      const { url, draft } = await deliver(kind)
      await creator('drop', draft, url)
      const failed = await untilPage(house.admin, url, (page) =>
        page.text.includes('no longer in the TikTok inbox'),
      )
      expect(await rowOf(url)).toMatchObject({
        state: 'failed',
        attemptNumber: 1,
        code: 'draft_gone',
      })
      await passTime(dayMs)
      expect(await made(), 'drafts in all').toHaveLength(1)

      await failed.press('Try again')
      await untilPage(house.admin, url, (page) => page.text.includes(inInbox))
      expect((await made()).map(({ status }) => status)).toEqual(['FAILED', 'SEND_TO_USER_INBOX'])
    },
  )
})
