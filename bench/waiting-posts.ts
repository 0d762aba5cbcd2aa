import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from '../db/postgres/connect.ts'
import { makeJpeg } from '../local/media/media-files.ts'
import type { Fields, Person } from '../local/people/person.ts'
import { compose, upload } from '../local/people/story.ts'
import { wallTimeOf } from '../web/time/wall-time.ts'
import { type OwnStack, setUp } from './own-stack.ts'

/**
 * One post of each sort, scheduled by a person through the form. All others are copies of them in
 * the database. None is for TikTok: it accepts six per minute and account, so CrateSocial would
 * rightly delay the others.
 */
export type Patterns = { slug: string; postIds: string[] }

const dayMs = 86_400_000

export const schedulePatterns = async (
  stack: OwnStack,
): Promise<Patterns & { person: Person; cookie(url: string): Promise<Response> }> => {
  const { person, slug, channel } = await setUp(stack)
  const square = await upload(
    person,
    slug,
    'square.jpg',
    await makeJpeg({ width: 1080, height: 1080 }),
  )
  const sorts = [
    { account: 'Northside Records', kind: 'text', media: [] },
    { account: '@northsiderecords', kind: 'image', media: [square] },
    { account: 'Northside Café', kind: 'photo', media: [square] },
    { account: '@northsidecafe', kind: 'image', media: [square] },
  ]
  const postIds: string[] = []
  for (const [index, sort] of sorts.entries()) {
    const id = channel(sort.account)
    const fields: Fields = {
      text: `Pattern ${index + 1}`,
      channel: id,
      media: sort.media,
      [`kind.${id}`]: sort.kind,
      time: wallTimeOf(new Date(Date.now() + 60 * dayMs), 'Europe/Zurich'),
    }
    const page = await compose(person, slug, fields, 'Schedule')
    const postId = page.url.match(/\/posts\/([0-9a-f-]{36})/)?.[1]
    if (!postId) throw new Error(`it was not scheduled: ${page.text}`)
    postIds.push(postId)
  }
  return { slug, postIds, person, cookie: (url) => person.request(url) }
}

/**
 * Inserts `count` copies of the patterns in turn. The first is due at `firstDue`, the others evenly
 * over `overMs`. Each has the label and its number in its text. The outbox starts their workflows,
 * as it does after a server has died.
 */
export const insertPosts = async (
  sql: Sql,
  { postIds }: Patterns,
  plan: { count: number; firstDue: Date; overMs: number; label?: string },
): Promise<void> => {
  const { label = 'Post' } = plan
  await sql.begin(async (t) => {
    await t`set local statement_timeout = 0`
    await t`
      create temporary table wanted on commit drop as
      select n, uuid_v7() as post_id, (${postIds}::uuid[])[1 + n % ${postIds.length}::int] as pattern_id,
        ${label}::text || ' ' || n || ' of ' || ${plan.count}::int as text,
        ${plan.firstDue}::timestamptz + floor(n * ${plan.overMs / plan.count}::float8) * interval '1 millisecond' as due_at
      from generate_series(0, ${plan.count - 1}::int) as n`
    await t`
      insert into posts (id, workspace_id, created_by, state, text, link, variants, choices, wall_time, zone, due_at)
      select w.post_id, p.workspace_id, p.created_by, p.state, w.text, p.link, p.variants, p.choices, p.wall_time, p.zone, w.due_at
      from wanted w join posts p on p.id = w.pattern_id`
    await t`
      insert into post_media (post_id, workspace_id, media_id, position, alt_text)
      select w.post_id, m.workspace_id, m.media_id, m.position, m.alt_text from wanted w join post_media m on m.post_id = w.pattern_id`
    await t`
      with made as (
        insert into targets (workspace_id, post_id, channel_id, platform, kind, text, link, settings, due_at)
        select t.workspace_id, w.post_id, t.channel_id, t.platform, t.kind, w.text, t.link, t.settings, w.due_at
        from wanted w join targets t on t.post_id = w.pattern_id returning id)
      insert into outbox (kind, ref_id) select 'target', id from made`
  })
}

/** Resolves when every target's workflow was started. */
export const untilStarted = async (sql: Sql): Promise<void> => {
  for (;;) {
    const [row] = await sql<
      { left: number }[]
    >`select count(*)::int as left from outbox where kind = 'target'`
    if (row?.left === 0) return
    await pause(500)
  }
}
