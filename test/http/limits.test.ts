import { beforeAll, describe, expect, it } from 'vitest'
import { recordLimit } from '../../db/channels/limits.ts'
import { postpone } from '../../db/posts/target-progress.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const words = 'Instagram allows 50 posts a day from this account, and the limit is reached.'
/** 14:05 in Zurich, where the workspace is. */
const until = new Date('2099-11-26T13:05:00Z')

describe('a platform limit', () => {
  it('is shown with its end on the connected account, and on no other', async () => {
    await recordLimit(test.sql, channels.instagram, {
      of: 'posts',
      holds: ['preparing', 'sending'],
      until,
      words,
    })
    const { text } = await test.cast.manager.get('/w/northside/channels')
    const cards = text.split('<li class="card channel"').slice(1)
    const [limited] = cards.filter((card) => card.includes('<dt>Limited</dt>'))
    expect(limited).toContain(`id="channel-${channels.instagram}"`)
    expect(limited).toContain(`${words} Posts resume Thu 26 Nov 2099 14:05.`)
    expect(cards.filter((card) => card.includes(words))).toHaveLength(1)
    expect((await test.cast.outsider.get('/w/elsewhere/channels')).text).not.toContain(words)
  })

  it('that has ended is not shown', async () => {
    await recordLimit(test.sql, channels.facebook, {
      of: 'posts',
      holds: ['sending'],
      until: new Date(Date.now() - 1_000),
      words,
    })
    const { text } = await test.cast.manager.get('/w/northside/channels')
    expect(text.match(/<dt>Limited<\/dt>/g) ?? []).toHaveLength(1)
  })

  it('that only delays reading numbers is not shown as a limit for posts', async () => {
    await recordLimit(test.sql, channels.tiktok, {
      of: 'account',
      holds: ['reading'],
      until,
      words: 'TikTok is limiting the rate of requests.',
    })
    expect((await test.cast.manager.get('/w/northside/channels')).text).not.toContain(
      'TikTok is limiting the rate of requests.',
    )
  })

  it('is shown on the page of a waiting post, with the time of the next try', async () => {
    const workspaceId = test.workspaces.northside
    const { postId, targetId } = await insertTarget(test.deps, {
      workspaceId,
      channelId: channels.instagram,
      platform: 'instagram',
    })
    await test.sql`update targets set state = 'ready' where id = ${targetId}`
    await postpone(
      test.sql,
      { id: targetId, revision: 1 },
      { notBefore: until, words: `${words} Nothing was sent.` },
    )
    const { text } = await test.cast.manager.get(`/w/northside/posts/${postId}`)
    expect(text).toContain(`${words} Nothing was sent.`)
    expect(text).toContain('Thu 26 Nov 2099 14:05:00')
  })
})
