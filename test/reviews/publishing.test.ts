import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Page } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

/** Approval and the exact time, with a real worker and the sandbox. The admin is the only reviewer. */

let house: Installed
beforeAll(async () => {
  house = await install({ env: { WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.1' } })
  const url = await listenForEvents()
  const form = await house.admin.open(`/w/${house.slug}/settings/developers/webhooks/new`)
  await form.press('Add endpoint', {
    url,
    event: ['post.published', 'review.approved', 'review.held'],
  })
  await house.sql`update workspaces set review_of = 'all'`
}, 90_000)

/** The events that a webhook got. */
const events: string[] = []
const listenForEvents = async (): Promise<string> => {
  const server = createServer(async (request, answer) => {
    let body = ''
    for await (const part of request) body += part
    events.push(JSON.parse(body).type)
    answer.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atTheEnd(async () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
}

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const until = (atMs: number) => new Promise((resolve) => setTimeout(resolve, atMs - Date.now()))
const postsWith = async (text: string) =>
  (await house.ledger.posts()).filter((post) => post.text === text)
const send = (text: string, account: string, dueAt: Date): Promise<Page> =>
  compose(
    house.admin,
    house.slug,
    { text, channel: house.channel(account), time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Send for approval',
  )

describe.concurrent('promise D6: a post that needs approval', () => {
  it('goes out if it is approved in the last seconds', { timeout: 90_000 }, async () => {
    const text = 'Approved at the last second'
    const dueAt = inSeconds(16)
    const { url } = await send(text, 'Northside Records', dueAt)
    const page = await house.admin.open(url)
    expect(page.text).toContain('in review')
    await until(dueAt.getTime() - 5_000)
    await page.press('Approve')
    await untilPage(house.admin, url, (one) => one.text.includes('Confirmed'))
    const posts = await postsWith(text)
    expect(posts).toHaveLength(1)
    const lateMs = (posts[0]?.commitCallAtMs ?? 0) - dueAt.getTime()
    expect(lateMs).toBeGreaterThanOrEqual(0)
  })

  it('does not go out if its approval is taken back while it is armed, and is held', {
    timeout: 90_000,
  }, async () => {
    const text = 'Taken back while it waits for its second'
    const dueAt = inSeconds(14)
    const { url } = await send(text, 'Northside Café', dueAt)
    await (await house.admin.open(url)).press('Approve')
    const armed = await untilPage(house.admin, url, (page) => page.text.includes('ready'))
    await armed.press('Take back approval')
    const held = await untilPage(house.admin, url, (page) =>
      page.text.includes('not approved in time'),
    )
    expect(Date.now()).toBeGreaterThanOrEqual(dueAt.getTime())
    expect(await postsWith(text)).toEqual([])
    await held.press('Approve and publish now')
    await untilPage(house.admin, url, (page) => page.text.includes('Confirmed'))
    expect(await postsWith(text)).toHaveLength(1)
  })

  it('tells a webhook of each step, through its workflow', { timeout: 90_000 }, async () => {
    await vi.waitUntil(() => events.filter((one) => one === 'post.published').length === 2, {
      timeout: 80_000,
    })
    expect(events.sort()).toEqual([
      ...['post.published', 'post.published', 'review.approved', 'review.approved'],
      ...['review.approved', 'review.held'],
    ])
  })
})
