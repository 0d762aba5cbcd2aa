import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../../activities/privacy/retention.ts'
import { ensureSnapshotMonths } from '../../../db/insights/snapshots.ts'
import { rules } from '../../../db/privacy/retention.ts'
import { extendOne } from '../../../posting/series/extend.ts'
import { addMedia } from '../../support/posts.ts'
import { base, form, later, posts, refOf, start, test, weekly } from './northside.ts'

describe('a series', () => {
  it('is stopped on its page, which asks about the posts that were made', async () => {
    await start()
    const { seriesId } = await refOf()
    const path = `${base}/series/${seriesId}`
    const { text } = await test.cast.manager.get(path)
    expect(text).toMatch(/4 posts are already\s+scheduled\./)
    const version = text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const unasked = await test.cast.manager.post(`${path}/stop`)
    expect([unasked.status, unasked.text.includes('Choose what happens')]).toEqual([422, true])
    const old = await test.cast.manager.post(`${path}/stop`, { posts: 'cancel', version: '3' })
    expect([old.status, old.text.includes('Its posts changed')]).toEqual([409, true])
    expect((await test.cast.outsider.post(`${path}/stop`, { posts: 'cancel' })).status).toBe(404)
    expect(
      (await test.cast.outsider.post(`/w/elsewhere/series/${seriesId}/stop`, { posts: 'cancel' }))
        .status,
    ).toBe(404)
    expect((await posts()).map((post) => post.targets[0])).toEqual(Array(4).fill('scheduled'))
    expect(
      (await test.cast.manager.post(`${path}/stop`, { posts: 'cancel', version })).status,
    ).toBe(303)
    expect((await posts()).map((post) => post.targets[0])).toEqual(Array(4).fill('canceled'))
    expect(await extendOne(later(20), { workspaceId: test.workspaces.northside, seriesId })).toBe(0)
  })

  it('promise R4: keeps its files as long as it runs', async () => {
    const { deps, sql, workspaces, cast } = test
    const mediaId = await addMedia(deps, workspaces.northside, cast.manager.id)
    await start([...weekly, ['media', mediaId]])
    const key = randomBytes(24).toString('base64url')
    await sql`update media set store_key = ${key} where id = ${mediaId}`
    await sql`delete from posts`
    await sql`update media set uploaded_at = now() - interval '200 days'`
    await ensureSnapshotMonths(sql, new Date())
    const rule = rules.find((one) => one.name === 'media')!
    const sweepNow = () => sweep({ ...deps, client: undefined as never }, rule)
    await sweepNow()
    const purged = () => sql`select 1 from media where id = ${mediaId} and purged_at is not null`
    expect(await purged()).toHaveLength(0)
    const refused = await cast.manager.post(`${base}/media/${mediaId}/delete`)
    expect([refused.status, refused.text.includes('repeats with it')]).toEqual([409, true])
    const { seriesId } = await refOf()
    await cast.manager.post(`${base}/series/${seriesId}/stop`, { posts: 'keep' })
    await sweepNow()
    expect(await purged()).toHaveLength(1)
  })

  it('is one of at most 50 that run', async () => {
    await start()
    await test.sql`
      insert into series (workspace_id, rule, starts_on, wall_time, zone, made_on)
      select workspace_id, rule, starts_on, wall_time, zone, made_on from series, generate_series(1, 49)`
    const answer = await test.cast.manager.post(`${base}/posts`, form(weekly, { clock: '9:00' }))
    expect([answer.status, answer.text.includes('50 posts already repeat')]).toEqual([422, true])
  })
})
