import { beforeAll, describe, expect, it } from 'vitest'
import { settleFailed } from '../../../activities/posts/outcomes.ts'
import { settleRefusedAhead } from '../../../activities/posts/unsent-outcomes.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import {
  addMedia,
  connectAll,
  type PlatformName,
  photoForm,
  postIdIn,
  tiktokFields,
} from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

type Fields = [string, string][]
const post = (path: string, fields: Fields) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
const photo = () => addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
const onTiktok = async (text: string, time: string): Promise<Fields> => [
  ...photoForm({ channels: [channels.tiktok], media: [await photo()], text, time }),
  ...tiktokFields(channels.tiktok),
]

describe('two posts on one account', () => {
  it('within 15 minutes: the composer names the other post but does not stop the second', async () => {
    await post(
      base,
      photoForm({
        channels: [channels.facebook],
        media: [],
        text: 'Live set by Amber Line',
        time: '2099-11-26T18:10',
      }),
    )
    const fields = photoForm({
      channels: [channels.facebook],
      media: [],
      text: 'Another',
      time: '2099-11-26T18:00',
    })
    const part = await post(`${base}/check`, fields)
    expect(part.text).toContain(
      'Northside Records (Facebook) also publishes “Live set by Amber Line” Thu 26 Nov 2099 18:10, 10 minutes later.',
    )
    expect((await post(base, fields)).status).toBe(303)
  })

  it('in the same minute: the composer says so too', async () => {
    const fields = photoForm({
      channels: [channels.facebook],
      media: [],
      text: 'A third',
      time: '2099-11-26T18:10',
    })
    expect((await post(`${base}/check`, fields)).text).toContain('18:10, at the same time.')
  })

  it('further apart, on another account, or the post itself: the composer says nothing', async () => {
    const quiet = [
      photoForm({
        channels: [channels.facebook],
        media: [],
        text: 'Later',
        time: '2099-11-26T18:30',
      }),
      photoForm({
        channels: [channels.instagram],
        media: [await photo()],
        text: 'Elsewhere',
        time: '2099-11-26T18:10',
      }),
    ]
    for (const fields of quiet)
      expect((await post(`${base}/check`, fields)).text).not.toContain('also publishes')
    const alone = await post(
      base,
      photoForm({
        channels: [channels.facebook],
        media: [],
        text: 'Alone',
        time: '2099-12-26T18:00',
      }),
    )
    expect(
      (await test.cast.manager.get(`${base}/${postIdIn(alone.location)}/edit`)).text,
    ).not.toContain('also publishes')
  })
})

describe('more posts in one minute than the platform allows', () => {
  it('the seventh on TikTok gets a note while it is scheduled and on the page afterwards; the sixth does not', async () => {
    for (let number = 1; number <= 5; number += 1)
      await post(base, await onTiktok(`Number ${number}`, '2099-11-27T18:00'))
    const sixth = await onTiktok('Number 6', '2099-11-27T18:00')
    expect((await post(`${base}/check`, sixth)).text).not.toContain('posts a minute')
    await post(base, sixth)
    const seventh = await onTiktok('Number 7', '2099-11-27T18:00')
    const words =
      'TikTok accepts 6 posts a minute per account, so this one goes out Fri 27 Nov 2099 18:01.'
    expect((await post(`${base}/check`, seventh)).text).toContain(words)
    const scheduled = await post(base, seventh)
    expect((await test.cast.manager.get(scheduled.location ?? '')).text).toContain(words)
  })

  it('a post that is moved there on the calendar gets the note too', async () => {
    const saved = await post(base, await onTiktok('Number 8', '2099-11-28T18:00'))
    const path = `${base}/${postIdIn(saved.location)}`
    const back = '/w/northside/calendar?at=2099-11'
    const moved = await post(`${path}/move`, [
      ['time', '2099-11-27T18:00'],
      ['back', back],
    ])
    expect((await test.cast.manager.get(moved.location ?? '')).text).toContain(
      'this one goes out Fri 27 Nov 2099 18:01.',
    )
  })
})

describe('after a platform refused a setting', () => {
  const problem = {
    kind: 'rejected',
    code: 'privacy_level',
    subcode: null,
    words: 'No.',
    traceId: null,
    retryAfterMs: null,
  } as const
  const askedAt = async () =>
    (
      await test.sql<
        { at: Date | null }[]
      >`select account_facts_at as at from channels where id = ${channels.tiktok}`
    )[0]!.at
  const scheduledTarget = async () => {
    await test.sql`update channels set account_facts_at = now() + interval '1 hour' where id = ${channels.tiktok}`
    const saved = await post(base, await onTiktok(crypto.randomUUID(), '2099-11-29T18:00'))
    const [target] = await listTargets(test.sql, {
      workspaceId: test.workspaces.northside,
      postId: postIdIn(saved.location),
    })
    return target!
  }

  it.each([
    ['before it was sent', settleRefusedAhead],
    ['when it was sent', settleFailed],
  ])(
    '%s, the account is checked again at once: no composer offers what is no longer available',
    async (_when, settle) => {
      const target = await scheduledTarget()
      expect(await askedAt()).not.toBeNull()
      await settle({ sql: test.sql }, target, problem)
      expect(await askedAt()).toBeNull()
    },
  )

  it('an outage does not cause a new check of the account', async () => {
    const target = await scheduledTarget()
    await settleFailed({ sql: test.sql }, target, { ...problem, kind: 'unavailable' })
    expect(await askedAt()).not.toBeNull()
  })
})
