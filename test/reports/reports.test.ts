import sharp from 'sharp'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { lockOut } from '../../db/privacy/erasure.ts'
import { findReport } from '../../db/reports/reports.ts'
import { createReportPictures } from '../../web/reports/pictures.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { ago, day } from '../support/insights/measured-rows.ts'
import { addMedia, connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let summer: string
beforeAll(async () => {
  test = await createTestApp()
  const { northside } = test.workspaces
  channels = await connectAll(test.deps, { workspaceId: northside, userId: test.cast.admin.id })
  await test.sql`insert into measured_channels (channel_id, workspace_id, next_at, days_at, list_at)
    select id, workspace_id, now() + interval '1 day', null, now() + interval '1 day' from channels`
  const [label] =
    await test.sql`insert into labels (workspace_id, name, name_key, color) values (${northside}, 'Summer', 'summer', 'teal') returning id`
  summer = label!.id
  const labeled = await measured('facebook', 'Crates in the sun', 400)
  await measured('instagram', 'Needle down', 900)
  await test.sql`insert into post_labels (workspace_id, post_id, label_id) values (${northside}, ${labeled}, ${summer})`
})
beforeEach(async () => {
  await test.sql`delete from throttle`
})

/** A post of nine days ago with these views. Returns its id. */
const measured = async (
  platform: PlatformName,
  text: string,
  views: number,
  mediaIds: string[] = [],
): Promise<string> => {
  const [channelId, publishedAt] = [channels[platform], ago(9)]
  await test.sql`select ensure_snapshot_months(${publishedAt})`
  const place = {
    ...{ workspaceId: test.workspaces.northside, channelId, platform, dueAt: publishedAt },
    mediaIds,
  }
  const { postId, targetId } = await insertTarget(test.deps, place)
  await test.sql`
    update targets set state = 'published', published_at = ${publishedAt}, finished_at = ${publishedAt}, kind = 'reel',
      platform_post_id = ${`post-${views}`}, text = ${text} where id = ${targetId}`
  await test.sql`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
    select id, workspace_id, channel_id, kind, published_at, published_at from targets where id = ${targetId}`
  const takenAt = ago(8)
  const numbers = { views, likes: 5 }
  const snapshot = { id: targetId, dueAt: publishedAt, nextAt: takenAt, numbers, more: {} }
  const written = { channelId, made: 'here' as const, takenAt, source: 'test', summed: [] }
  await savePostSnapshots(test.sql, { ...written, posts: [snapshot] })
  return postId
}

const base = '/w/northside/reports'
const form = (more: Record<string, string> = {}) => ({
  ...{ title: 'Numbers for Northside', note: 'A good month.\n\nThank you.', period: 'own' },
  ...{ from: day(20), to: day(1), color: '#0f5c5a', ...more },
})
/** `post` of the tests takes each name once; sections are several. */
const make = async (by: Person, more: Record<string, string> = {}): Promise<string> => {
  const fields = new URLSearchParams(form(more))
  for (const section of ['summary', 'changes', 'chart', 'posts', 'accounts', 'hours'])
    fields.append('section', section)
  const answer = await by.post(base, fields)
  expect(answer.status).toBe(303)
  return answer.location!.replace(/\?.*/, '')
}
const link = async (by: Person, report: string): Promise<string> => {
  const { text } = await by.post(`${report}/link`, { term: 'week' })
  return /value="http:\/\/localhost:\d+(\/reports\/[\w-]{43})"/.exec(text)![1]!
}
const read = (address: string) => test.app.request(address)

describe('a report', () => {
  it('shows the numbers of its days, and only those of its accounts', async () => {
    const all = await test.cast.manager.get(await make(test.cast.manager))
    expect(all.text).toMatch(/Views<\/span>\s*<strong class="paper-number">1,300</)
    expect(all.text).toContain('Needle down')
    const some = await make(test.cast.manager, { account: channels.facebook })
    const { text } = await test.cast.manager.get(some)
    expect(text).toMatch(/Views<\/span>\s*<strong class="paper-number">400</)
    expect(text).not.toContain('Needle down')
  })

  it('counts and lists only posts with its label, and says what has no labels', async () => {
    const report = await make(test.cast.manager, { label: summer })
    const { text } = await test.cast.manager.get(report)
    expect(text).toContain('Crates in the sun')
    expect(text).not.toContain('Needle down')
    expect(text).toMatch(/Views<\/span>\s*<strong class="paper-number">400</)
    expect(text.replace(/\s+/g, ' ')).toContain('Followers are of whole accounts')
    await test.sql`delete from labels where id = ${summer}`
    expect((await test.cast.manager.get(report)).text).not.toContain('Needle down')
  })

  it('never shows more once its accounts are gone', async () => {
    const report = await make(test.cast.manager, { account: channels.tiktok })
    await test.sql`update reports set channel_ids = ${[test.workspaces.elsewhere]} where id = ${report.split('/').at(-1)!}`
    const { text } = await test.cast.manager.get(report)
    expect(text).toContain('None of the accounts in this report')
    expect(text).not.toContain('Needle down')
  })

  it('comes back with what was typed and what is wrong with it', async () => {
    const answer = await test.cast.manager.post(base, form({ color: '#ffee88', to: day(400) }))
    expect(answer.status).toBe(422)
    for (const words of ['too light to read', 'Choose at least one section', 'A good month.'])
      expect(answer.text).toContain(words)
    expect(
      (await test.cast.manager.post(base, form({ to: day(400), section: 'posts' }))).text,
    ).toContain('The last day is before the first day')
  })

  it('has a logo that was encoded again', async () => {
    const report = await make(test.cast.manager)
    const picture = await sharp({
      create: { width: 900, height: 300, channels: 3, background: '#123' },
    })
      .withExif({ IFD0: { Copyright: 'Secret' } })
      .jpeg()
      .toBuffer()
    const body = new FormData()
    body.append('logo', new Blob([new Uint8Array(picture)]), 'logo.jpg')
    const sent = { method: 'POST', body, headers: { Origin: test.deps.config.publicUrl } }
    expect((await test.cast.manager.request(`${report}/logo`, sent)).status).toBe(303)
    const answer = await read(`${await link(test.cast.manager, report)}/logo`)
    const png = Buffer.from(await answer.arrayBuffer())
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 480, height: 160 })
    expect(png.includes('Secret')).toBe(false)
  })
})

describe('the pictures of a report', () => {
  it('are those of its best posts, found once as long as the numbers stay the same', async () => {
    const workspaceId = test.workspaces.northside
    const reportId = (await make(test.cast.manager)).split('/').at(-1)!
    const report = (await findReport(test.sql, { workspaceId, reportId }))!
    const workspace = { id: workspaceId, slug: 'northside', name: 'Northside', zone: 'UTC' }
    const list = createReportPictures(test.deps)
    const before = await list(workspace, report)
    expect(before).toEqual(new Set())
    expect(await list(workspace, report)).toBe(before)
    const media = await addMedia(test.deps, workspaceId, test.cast.admin.id)
    await test.sql`update media set thumbnail_key = 'test/thumbnail' where id = ${media}`
    const postId = await measured('facebook', 'A picture of crates', 50, [media])
    expect(await list(workspace, report)).toEqual(new Set([media]))
    await test.sql`delete from posts where id = ${postId}`
    expect(await list(workspace, report)).toEqual(new Set())
  })
})

describe('a link for clients', () => {
  it('opens only its report, is shown once, and ends when it is replaced or deleted', async () => {
    const report = await make(test.cast.manager)
    const first = await link(test.cast.manager, report)
    const answer = await read(first)
    expect(answer.headers.get('X-Robots-Tag')).toContain('noindex')
    const text = await answer.text()
    expect(text).toContain('Numbers for Northside')
    expect(text).not.toContain('/w/northside')
    expect((await test.cast.manager.get(report)).text).not.toContain(first.slice(9))
    const second = await link(test.cast.admin, report)
    expect([(await read(first)).status, (await read(second)).status]).toEqual([404, 200])
    expect((await test.cast.manager.post(`${report}/link/delete`)).status).toBe(303)
    expect((await read(second)).status).toBe(404)
  })

  it('looks the same when it is guessed, expired or deleted', async () => {
    const report = await make(test.cast.manager)
    const address = await link(test.cast.manager, report)
    const bodyOf = async (one: string) => {
      const answer = await read(one)
      return [answer.status, (await answer.text()).replace(/[0-9a-f-]{36}/g, '')]
    }
    const guessed = await bodyOf(`/reports/${'a'.repeat(43)}`)
    await test.sql`update report_links set created_at = now() - interval '9 days', expires_at = now() - interval '1 second'`
    expect(await bodyOf(address)).toEqual(guessed)
    expect(await bodyOf(`${address}/logo`)).toEqual(guessed)
    await test.cast.manager.post(`${report}/link/delete`)
    expect(await bodyOf(address)).toEqual(guessed)
    expect(guessed[0]).toBe(404)
  })

  const people = '/w/northside/people'
  const endings: Record<string, (person: Person) => Promise<unknown>> = {
    'is removed': (person) => test.cast.admin.post(`${people}/${person.id}/remove`),
    'closes the account': (person) => person.post('/account/deactivate'),
    'is erased': (person) => lockOut(test.sql, person.id, new Date(test.deps.now())),
  }
  for (const [how, end] of Object.entries(endings))
    it(`ends when the person who made it ${how}, and doesn’t come back with their rights`, async () => {
      const person = await test.addPerson(`Gone ${how.split(' ').at(-1)}`)
      await insertMembership(test.sql, test.workspaces.northside, person.id, 'manager')
      const address = await link(person, await make(person))
      expect((await read(address)).status).toBe(200)
      await end(person)
      await test.sql`update users set deactivated_at = null, deactivated_by = null where id = ${person.id}`
      await test.sql`
        insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${person.id}, 'manager')
        on conflict do nothing`
      expect((await read(address)).status).toBe(404)
    })
})
