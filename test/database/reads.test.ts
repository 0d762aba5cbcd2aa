import { beforeAll, describe, expect, it } from 'vitest'
import { fillWorkspace } from '../../bench/pages/rows.ts'
import { findTargetsByHandle } from '../../db/channels/callbacks.ts'
import { listChannels } from '../../db/channels/channels.ts'
import { listNumbersOfPost, listReadingsOfPost } from '../../db/insights/post-numbers.ts'
import { listEvents } from '../../db/notifications/activity.ts'
import { findFigures } from '../../db/notifications/figures.ts'
import { findFrame } from '../../db/notifications/frame.ts'
import { listNeeds } from '../../db/notifications/needs.ts'
import { listNotices } from '../../db/notifications/notifications.ts'
import { listPausedPosts } from '../../db/notifications/pauses.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { listAttempts } from '../../db/posts/attempts.ts'
import { listCalendar } from '../../db/posts/calendar/posts.ts'
import { listCommentAttempts } from '../../db/posts/comments/comments.ts'
import { listComposedMedia } from '../../db/posts/composed-media.ts'
import { listDiscussion } from '../../db/posts/discussion/comments.ts'
import { listPostLabels } from '../../db/posts/labels/labels.ts'
import { listLibrary } from '../../db/posts/library/files.ts'
import { listTargetsAlone } from '../../db/posts/lone-targets.ts'
import { listPostHistory } from '../../db/posts/post-history.ts'
import { findPost } from '../../db/posts/posts.ts'
import { countOpenDue, listTargets } from '../../db/posts/targets.ts'
import { findWholePost } from '../../db/posts/whole-post.ts'
import { boundsOf } from '../../web/posts/calendar/days.ts'
import { dateOf } from '../../web/time/wall-time.ts'
import { createTestDatabase } from '../support/database.ts'
import { readsOf } from '../support/explained.ts'

/** The same team with twenty posts a day: `young` started ten days ago, `old` three years ago. */
const team = { accounts: 30 }
const young = { ...team, slug: 'young', posts: 800, files: 80, events: 800, days: 40 }
const old = { ...team, slug: 'old', posts: 22_500, files: 2_250, events: 45_000, days: 1_125 }

let sql: Sql
type Subject = {
  slug: string
  workspaceId: string
  userId: string
  postId: string
  channelId: string
}
const subjects: Record<string, Subject> = {}

beforeAll(async () => {
  const database = await createTestDatabase()
  sql = database.sql
  for (const size of [young, old])
    subjects[size.slug] = await subjectIn(await fillWorkspace(sql, size))
  for (const [slug, notices] of [
    ['young', 100],
    ['old', 5_000],
  ] as const) // both have more than a list shows
    await sql`
      insert into notices (workspace_id, user_id, kind, cause, facts, by_mail, seen_at)
      select ${subjects[slug]!.workspaceId}, ${subjects[slug]!.userId}, 'disconnected', 'seen long ago ' || n, '{}', false, now()
      from generate_series(1, ${notices}::int) n`
  const vacuuming = connect({ url: database.url, prepare: false, max: 1 })
  await vacuuming`vacuum (analyze)`.finally(() => close(vacuuming))
}, 120_000)

const subjectIn = async (workspaceId: string): Promise<Subject> => {
  const [row] = await sql<Subject[]>`
    select (select slug from workspaces where id = workspace_id), workspace_id, post_id, channel_id,
      (select created_by from posts where id = post_id) as user_id from targets
    where workspace_id = ${workspaceId} and state = 'published' order by due_at desc limit 1`
  if (!row) throw new Error('nothing was published')
  return row
}

const noticesOf = (show: 'all' | 'unread') => ({
  ...{ filter: { show, channelId: null }, before: null },
  ...{ limit: 51, now: new Date() },
})

const month = boundsOf(
  Array.from({ length: 30 }, (_, day) =>
    dateOf(new Date(Date.now() + day * 86_400_000), 'Europe/Zurich'),
  ),
  'Europe/Zurich',
)

describe('no query of a page reads more as the history grows:', () => {
  const readers: [string, (sql: Sql, of: Subject) => unknown][] = [
    ['the history of a post', (db, of) => listPostHistory(db, of)],
    [
      'the calendar of a month',
      (db, { workspaceId }) =>
        listCalendar(db, { workspaceId, days: month, perDay: 4, drafts: 12 }),
    ],
    [
      'the calendar of one account',
      (db, { workspaceId, channelId }) =>
        listCalendar(db, {
          workspaceId,
          days: month,
          perDay: 4,
          drafts: 12,
          filter: { channelIds: [channelId], states: [], authorIds: [], labelIds: [], words: [] },
        }),
    ],
    [
      'the next days with posts',
      (db, { workspaceId }) =>
        listCalendar(db, {
          workspaceId,
          days: month,
          only: { near: 2, later: 3 },
          perDay: 12,
          drafts: 12,
        }),
    ],
    [
      'connected accounts and their upcoming posts',
      (db, { workspaceId }) => listChannels(db, workspaceId, { find: '', limit: 20, offset: 0 }),
    ],
    ['what every page shows: number of needs, pause, new notices', (db, of) => findFrame(db, of)],
    ['the list of what needs attention', (db, { workspaceId }) => listNeeds(db, workspaceId)],
    ['the list of notices', (db, of) => listNotices(db, of, noticesOf('all'))],
    ['unread notices', (db, of) => listNotices(db, of, noticesOf('unread'))],
    [
      'the activity log',
      (db, { workspaceId }) => listEvents(db, workspaceId, { before: null, limit: 51 }),
    ],
    [
      'the media library',
      (db, { workspaceId }) => {
        const all = { kind: null, marks: [], labelIds: [], words: [] }
        return listLibrary(db, workspaceId, all, {
          isOldestFirst: false,
          limit: 61,
          now: new Date(),
        })
      },
    ],
    [
      'posts that came due during a pause',
      (db, { workspaceId }) => listPausedPosts(db, workspaceId),
    ],
  ]
  it.each(readers)('%s', async (_, read) => {
    const [few, many] = [
      await readsOf(sql, (db) => read(db, subjects.young!)),
      await readsOf(sql, (db) => read(db, subjects.old!)),
    ]
    expect(many.blocks).toBeLessThan(few.blocks * 1.5 + 40)
    expect(many.scanned.filter((table) => large.includes(table))).toEqual([])
  })
})

describe('a post that is read in one statement', () => {
  it('is the same as its parts, dates and numbers included', async () => {
    const ref = subjects.old!
    const parts = {
      post: await findPost(sql, ref),
      targets: (await listTargets(sql, ref)).map(declared),
      attempts: (await listAttempts(sql, ref)).map(declared),
      comments: await listCommentAttempts(sql, ref),
      media: await listComposedMedia(sql, ref),
      history: await listPostHistory(sql, ref),
      measured: await listNumbersOfPost(sql, ref),
      readings: await listReadingsOfPost(sql, ref),
      labels: await listPostLabels(sql, ref),
      discussion: await listDiscussion(sql, ref),
    }
    const whole = await findWholePost(sql, ref)
    expect({
      ...whole,
      targets: whole?.targets.map(declared),
      attempts: whole?.attempts.map(declared),
    }).toEqual(parts)
    expect(
      [parts.targets, parts.attempts, parts.media, parts.history].every((rows) => rows.length > 0),
    ).toBe(true)
    expect(
      await findWholePost(sql, { ...ref, workspaceId: subjects.young!.workspaceId }),
    ).toBeNull()
  })
})

/** Without columns that the rows' types leave out. */
const declared = ({ createdAt, fingerprint, ...row }: Record<string, unknown>) => row

const large = ['posts', 'targets', 'events', 'attempts', 'media', 'notices']

describe('queries over the whole installation read only what is in progress:', () => {
  const readers: [string, (sql: Sql) => unknown][] = [
    [
      'targets that nobody tells Temporal of',
      (db) => listTargetsAlone(db, { soonMs: 40 * 60_000, limit: 100, turn: 0 }),
    ],
    [
      'how many posts are due',
      (db) => countOpenDue(db, { from: new Date(), to: new Date(Date.now() + 60_000) }, 1_000),
    ],
    [
      'targets that news from TikTok is about',
      (db) => findTargetsByHandle(db, ['tiktok'], 'publishId', 'v_pub_1'),
    ],
  ]
  it.each(readers)('%s', async (_, read) => {
    const { blocks, scanned } = await readsOf(sql, read)
    expect(scanned.filter((table) => large.includes(table))).toEqual([])
    expect(blocks).toBeLessThan(60)
  })

  it('figures for operators', async () => {
    const { blocks, scanned } = await readsOf(sql, (db) => findFigures(db).catch(() => undefined)) // explained instead of run, so it finds no row
    expect(scanned.filter((table) => large.includes(table))).toEqual([])
    expect(blocks).toBeLessThan(200)
  })
})
