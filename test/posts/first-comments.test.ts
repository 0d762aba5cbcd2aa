import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Page } from '../../local/people/person.ts'
import { compose, upload } from '../../local/people/story.ts'
import type { LedgerComment } from '../../local/sandbox/ledger.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
const files: Record<string, string> = {}

beforeAll(async () => {
  house = await install({
    windows: { longestCallMs: 1_000, lagMs: 1_000, unclearMs: 4_000, limitedMs: 20_000 },
  })
  const { admin, slug } = house
  files.square = await upload(
    admin,
    slug,
    'square.jpg',
    await makeJpeg({ width: 1080, height: 1080 }),
  )
  files.clip = await upload(
    admin,
    slug,
    'clip.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
  )
}, 90_000)

type Wanted = { account: string; kind: string; text: string; comment: string; media?: string[] }

/** Publishes a post now, through the composer's form. */
const publish = async ({ account, kind, text, comment, media = [] }: Wanted): Promise<string> => {
  const channel = house.channel(account)
  const fields = {
    text,
    channel,
    media: media.map((name) => files[name] ?? ''),
    [`kind.${channel}`]: kind,
  }
  const page = await compose(
    house.admin,
    house.slug,
    { ...fields, [`${channel}.first_comment`]: comment },
    'Publish now',
  )
  expect(page.url).toMatch(/\/posts\/[0-9a-f-]{36}/)
  return page.url
}
/** The value of a line of the receipt. */
const lineOf = (page: Page, title = 'First comment'): string => {
  const texts = (selector: string) =>
    [...page.document.querySelectorAll(selector)].map(({ textContent }) =>
      (textContent ?? '').trim(),
    )
  return texts('dl.facts > dd')[texts('dl.facts > dt').indexOf(title)] ?? ''
}
const untilLine = (url: string, words: string | RegExp, timeoutMs = 40_000) =>
  untilPage(house.admin, url, (page) => lineOf(page).match(words) !== null, timeoutMs)
/** Comments with this text in the platforms' ledger. */
const written = async (text: string): Promise<LedgerComment[]> =>
  ((await house.control('GET', '/ledger/comments')) as LedgerComment[]).filter(
    (comment) => comment.text === text,
  )
type TargetState = {
  id: string
  state: string
  commentState: string | null
  commentId: string | null
  commentOpen: boolean
}

const rowOf = async (url: string) => {
  const postId = url.match(/posts\/([0-9a-f-]{36})/)?.[1] ?? ''
  const [row] = await house.sql<TargetState[]>`
    select id, state, comment_state, comment_id, comment_open
    from targets where post_id = ${postId}`
  const attempts = await house.sql`
    select number, outcome from comment_attempts where target_id = ${row?.id ?? null} order by number`
  return { ...row, attempts: attempts.map(({ outcome }) => String(outcome)) }
}
const fault = (rule: object) =>
  house.control('POST', '/faults', { endpoint: 'comments', times: 1, ...rule })

describe('promise D6: a first comment is written once, after its post is published', () => {
  test.each<Wanted>([
    {
      account: 'Northside Records',
      kind: 'text',
      text: 'A text',
      comment: 'Tickets: https://example.org/a',
    },
    {
      account: 'Northside Records',
      kind: 'photo',
      text: 'A photo',
      comment: 'More in the shop',
      media: ['square'],
    },
    {
      account: 'Northside Café',
      kind: 'video',
      text: 'A video',
      comment: 'Filmed today',
      media: ['clip'],
    },
    {
      account: 'Northside Events',
      kind: 'reel',
      text: 'A reel',
      comment: 'See you there',
      media: ['clip'],
    },
    {
      account: '@northsiderecords',
      kind: 'image',
      text: 'A picture',
      comment: '#vinyl #crates',
      media: ['square'],
    },
    {
      account: '@northsidecafe',
      kind: 'reel',
      text: 'A reel',
      comment: 'Sound on 🎶',
      media: ['clip'],
    },
  ])('$account: $kind', { timeout: 90_000 }, async (wanted) => {
    const url = await publish(wanted)
    const page = await untilLine(url, 'returned the comment’s ID')
    const comments = await written(wanted.comment)
    expect(comments).toHaveLength(1)
    const row = await rowOf(url)
    expect(row).toMatchObject({
      ...{
        state: 'published',
        commentState: 'published',
        commentOpen: false,
        attempts: ['accepted'],
      },
      commentId: comments[0]?.id,
    })
    expect(lineOf(page, 'Comment ID')).toBe(row.commentId)
    const post = (await house.ledger.posts()).find(({ text }) => text === wanted.text)
    expect(comments[0]?.createdAtMs, 'after the post').toBeGreaterThan(
      post?.commitCallAtMs ?? Number.POSITIVE_INFINITY,
    )
  })

  test('the response is lost after it was written: it is found below the post and not written again', {
    timeout: 90_000,
  }, async () => {
    for (const [account, kind, media] of [
      ['Northside Records', 'text', []],
      ['@northsiderecords', 'image', ['square']],
    ] as const) {
      const comment = `Once only on ${account}`
      await fault({ when: 'after', kind: 'reset' })
      const url = await publish({
        account,
        kind,
        text: `Lost answer on ${account}`,
        comment,
        media: [...media],
      })
      await untilLine(url, 'lists the comment below the post')
      expect(await written(comment)).toHaveLength(1)
      expect((await rowOf(url)).attempts).toEqual(['found'])
    }
  })

  test('the connection breaks before it is written: the platform has none, so it is written then', {
    timeout: 90_000,
  }, async () => {
    await fault({ when: 'before', kind: 'reset' })
    const url = await publish({
      account: 'Northside Records',
      kind: 'text',
      text: 'Broke before',
      comment: 'Second try',
    })
    await untilLine(url, 'returned the comment’s ID')
    expect(await written('Second try')).toHaveLength(1)
    expect((await rowOf(url)).attempts).toEqual(['absent', 'accepted'])
  })

  test('the post is not visible yet (100/33): the comment follows later', {
    timeout: 120_000,
  }, async () => {
    await fault({ when: 'before', kind: 'error', code: 100, subcode: 33 })
    const url = await publish({
      account: 'Northside Records',
      kind: 'text',
      text: 'Too early',
      comment: 'Later',
    })
    const page = await untilLine(url, 'Facebook does not show the post yet')
    expect(lineOf(page)).toMatch(/not added yet.*Next try/)
    await house.sql`update targets set comment_not_before = now() where text = 'Too early'`
    await house.client.workflow.getHandle(`target-${(await rowOf(url)).id}`).signal('changed')
    await untilLine(url, 'returned the comment’s ID')
    expect(await written('Later')).toHaveLength(1)
    expect((await rowOf(url)).attempts).toEqual(['refused', 'accepted'])
  })
})

describe('a first comment that is refused', () => {
  test('does not fail or repeat its post; a person is notified and adds it again or dismisses it', {
    timeout: 90_000,
  }, async () => {
    await fault({ when: 'before', kind: 'error', code: 100 })
    const text = 'Refused below'
    const url = await publish({
      account: 'Northside Records',
      kind: 'text',
      text,
      comment: 'Not today',
    })
    const refused = await untilLine(url, 'wasn’t added', 60_000)
    expect(lineOf(refused)).toContain('The post itself is published')
    expect(refused.text).toContain('published')
    const today = await house.admin.open(`/w/${house.slug}/today`)
    expect(today.text).toContain(
      'The first comment on “Refused below” wasn’t added on Northside Records',
    )
    await expect
      .poll(() => house.letters.map(({ subject }) => subject).join())
      .toContain('The first comment on “Refused below” wasn’t added')

    await refused.press('Add the comment again')
    await untilLine(url, 'returned the comment’s ID')
    expect(await written('Not today')).toHaveLength(1)
    expect((await house.ledger.posts()).filter((post) => post.text === text)).toHaveLength(1)
    expect((await rowOf(url)).attempts).toEqual(['refused', 'accepted'])
  })
})
