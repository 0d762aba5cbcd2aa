import { expect } from 'vitest'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browsing.ts'
import { addMedia, connectAll, photoForm, postIdIn } from '../support/posts.ts'

/** What people do with review links, for the tests of this folder. */

export let test: TestApp
export let facebook: string
/** Starts a workspace in which the client approves every post. Call it at the top of beforeAll. */
export const startSharing = async (): Promise<void> => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  facebook = (await connectAll(test.deps, who)).facebook
  await settle({})
}

export const links = '/w/northside/reviews/links'
export const settle = ({ stages = 'client', reviewers = [] as string[] }) =>
  test.cast.admin.post(
    '/w/northside/settings/review',
    new URLSearchParams([
      ['reviewOf', 'all'],
      ['reviewStages', stages],
      ...reviewers.map((id): [string, string] => ['reviewer', id]),
    ]),
  )
export const compose = async (text: string, time = '2099-11-26T10:00', act = 'schedule') => {
  const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  const form = photoForm({ channels: [facebook], media: [media], text, time, act })
  const answer = await test.cast.manager.post('/w/northside/posts', new URLSearchParams(form))
  return { postId: postIdIn(answer.location), media }
}
export const edit = async (postId: string, media: string, text: string, act = 'schedule') => {
  const [row] = await test.sql`select version from posts where id = ${postId}`
  const form = photoForm({ channels: [facebook], media: [media], text, act })
  const fields = new URLSearchParams([...form, ['version', String(row?.version)]])
  await test.cast.manager.post(`/w/northside/posts/${postId}`, fields)
}
/** Makes a link and returns its path. */
export const share = async (
  posts: string[],
  more: Record<string, string> = {},
  who: Person = test.cast.admin,
): Promise<string> => {
  const given = { what: 'posts', weeks: '2', key: crypto.randomUUID(), ...more }
  const fields = [...Object.entries(given), ...posts.map((id) => ['post', id])] as [
    string,
    string,
  ][]
  const { text } = await who.post(links, new URLSearchParams(fields))
  const path = text.match(/value="[^"]*(\/review\/[\w-]{43})"/)?.[1]
  if (!path) throw new Error('there is no link')
  return path
}
export const nameIn = async (path: string, name = 'Jonas Keller', more = {}): Promise<Browser> => {
  const client = test.browser()
  await client.post(`${path}/name`, { name, ...more })
  return client
}
export const seenIn = (page: string, postId: string): string =>
  page.match(
    new RegExp(
      `posts/${postId}/[a-z]+"[^>]*>\\s*<input type="hidden"\\s+name="seen"\\s+value="([^"]+)"`,
    ),
  )?.[1] ?? ''
export const stateOf = async (postId: string) =>
  (await test.sql`select state, stage, round from reviews where post_id = ${postId}`)[0]
export const eventsOf = async (subject: string) =>
  (
    await test.sql`select name, user_id, facts from events where subject_id = ${subject} order by id`
  ).map(({ name }) => name)
export const idOf = async (path: string): Promise<string> => {
  const [row] =
    await test.sql`select id from review_links order by created_at desc, id desc limit 1`
  expect(path).toMatch(/^\/review\//)
  return row?.id
}
