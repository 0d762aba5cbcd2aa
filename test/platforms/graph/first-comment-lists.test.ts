import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import { createInstagram } from '../../../platforms/instagram/index.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { CommentLook, Platform } from '../../../platforms/platform.ts'
import { type Answer, type GraphServer, nineMs, publicationOf, startGraphServer } from './server.ts'

let server: GraphServer
beforeAll(async () => {
  server = await startGraphServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const wanted = { text: 'Tickets below', platformPostId: '77', number: 1, sinceMs: nineMs }
const path = 'GET /v25.0/77/comments'
const find = (platform: Platform): Promise<CommentLook> => {
  const { publication } = publicationOf({ kind: 'text' })
  return platform.publish.comment!.find(publication, wanted)
}
/** A page with 50 comments by others. `hasMore`: more pages follow. */
const page = (hasMore: boolean, ms = 1_000, more: JsonRecord[] = []): Answer => {
  const timestamp = new Date(nineMs + ms).toISOString().replace('.000Z', '+0000')
  const others = Array.from({ length: 50 }, (_, i) => ({
    ...{ id: `c${i}`, message: 'Nice', text: 'Nice', username: 'ben', from: { id: '9' } },
    timestamp,
  }))
  const paging = hasMore
    ? { cursors: { after: 'Q2d' }, next: 'https://graph.facebook.com/next' }
    : {}
  return { body: { data: [...others, ...more], paging } }
}

describe.each([
  ['Facebook', () => createFacebook(server.settings)],
  ['Instagram', () => createInstagram(server.settings)],
])('%s: a first comment below a post with more comments than are read', (name, platform) => {
  beforeEach(() => {
    const { publication } = publicationOf({ kind: 'text' })
    server.on(`GET /v25.0/${publication.account.id}`, { body: { username: 'ada' } })
  })

  it('is never considered absent, so it is never written twice', async () => {
    server.on(path, page(true))
    await expect(find(platform())).rejects.toMatchObject({
      problem: { kind: 'unavailable', code: 'too_many_comments' },
    })
  })

  it('is absent when the whole list was read without finding it', async () => {
    server.on(path, page(true), page(false))
    expect(await find(platform())).toMatchObject({
      outcome: 'absent',
      proof: `Not among the 100 comments that ${name} lists below the post.`,
    })
  })

  it('is found on the last page that is read', async () => {
    const ours = {
      id: 'ours',
      message: wanted.text,
      text: wanted.text,
      timestamp: new Date(nineMs).toISOString(),
    }
    server.on(path, page(true), page(true, 1_000, [ours]))
    expect(await find(platform())).toMatchObject({ outcome: 'found', commentId: 'ours' })
  })
})

it('Instagram lists the newest comments first, so reading stops at comments from before the post', async () => {
  server.on(`GET /v25.0/${publicationOf({}).publication.account.id}`, { body: { username: 'ada' } })
  server.on(path, page(true), page(true, -120_000))
  expect(await find(createInstagram(server.settings))).toMatchObject({ outcome: 'absent' })
})
