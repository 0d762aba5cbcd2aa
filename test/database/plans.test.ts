import { mkdtempSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../activities/privacy/retention.ts'
import { type BenchPage, pagesOf } from '../../bench/pages/list.ts'
import { findTargetsByHandle } from '../../db/channels/callbacks.ts'
import { deleteExpiredConnections } from '../../db/channels/consents.ts'
import { findMeasuredChannel, listDueChannels } from '../../db/insights/measured-channels.ts'
import { listDuePosts, listUnmeasured } from '../../db/insights/measured-posts.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { claimUnread } from '../../db/insights/unread.ts'
import { findFigures } from '../../db/notifications/figures.ts'
import { deleteHandled, listWaiting, takeDue } from '../../db/notifications/outbox.ts'
import { countPostsAtRisk, listPostsAtRisk } from '../../db/notifications/posts-at-risk.ts'
import { insertSession } from '../../db/people/sessions.ts'
import { close, connect, type Sql, tx } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import {
  claimTargets,
  findLatestAttempt,
  recordLook,
  recordOutcome,
} from '../../db/posts/attempts.ts'
import { listConverting } from '../../db/posts/conversions.ts'
import { listTargetsAlone } from '../../db/posts/lone-targets.ts'
import { linkForAttempt, retireLinks, visitLink, wasFetched } from '../../db/posts/media-links.ts'
import { markPublished } from '../../db/posts/target-progress.ts'
import { completeReceipt, countOpenDue, findTarget } from '../../db/posts/targets.ts'
import { cutoffOf, dropDueMonths, mostCounted } from '../../db/privacy/due-rows.ts'
import { markPolicySeen } from '../../db/privacy/policy-versions.ts'
import { rules } from '../../db/privacy/retention.ts'
import { freePort } from '../../local/ports.ts'
import { ensureDatabase, startPostgres } from '../../local/postgres/server.ts'
import { policyVersions } from '../../web/privacy/policy.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import type { Browser } from '../support/browsing.ts'
import { fillInstallation, growing } from '../support/full-installation.ts'
import { logPlans, planned, readsIn } from '../support/plans.ts'

/** More rows than this of one table are a part that grows: a workspace here has 7,500 targets. */
const most = 3_000

const folder = mkdtempSync(join(tmpdir(), 'cratesocial-plans-'))
const logFile = join(folder, 'postgres.log')
const pools: Record<'generic' | 'custom', Sql> = {} as never
let app: TestApp
let member: Browser
let pages: BenchPage[]
let ids: {
  workspaceId: string
  channelId: string
  grantId: string
  mediaId: string
  linkName: string
}

beforeAll(async () => {
  await chmod(folder, 0o755) // if root starts it, PostgreSQL runs as another user
  const server = await startPostgres({
    dataDir: folder,
    port: await freePort(),
    password: 'test',
    logFile,
    throwaway: true,
  })
  await ensureDatabase(server, 'cratesocial')
  const url = server.url('cratesocial')
  const filling = connect({ url, prepare: false, max: 2 })
  await migrate(filling)
  await fillInstallation(filling)
  await filling.unsafe('vacuum (analyze)')
  await makeDue(filling)
  await logPlans(url)
  app = await createTestApp({ sql: connect({ url, prepare: true, max: 8, impatient: generous }) })
  pools.generic = planned(url, 'force_generic_plan')
  pools.custom = planned(url, 'force_custom_plan')
  pages = (await pagesOf(filling, ids.workspaceId, 'shop-0')).filter(({ signedOut }) => !signedOut)
  member = await signIn(filling)
  atTheEnd(async () => {
    for (const sql of [filling, app.deps.sql, pools.generic, pools.custom]) await close(sql)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
}, 300_000)

/** The plans of pages, without their short waits: this machine may be slow. */
const generous = { longestMs: 60_000, most: 200, statementMs: 60_000, lockMs: 60_000 }

/** Ten posts that are sent now, and the rows that the cases below are about. */
const makeDue = async (sql: Sql): Promise<void> => {
  await sql`
    update targets set state = 'ready', handles_revision = 1, due_at = now(), handles = '{"publishId": "v_pub_1"}'
    where id in (select id from targets where state = 'scheduled' order by due_at limit 10)`
  const [row] = await sql<(typeof ids)[]>`
    select w.id as workspace_id, c.id as channel_id, c.grant_id, m.id as media_id,
      (select name from media_links where workspace_id = w.id order by created_at desc limit 1) as link_name
    from workspaces w join channels c on c.workspace_id = w.id join media m on m.workspace_id = w.id
    where slug = 'shop-0' and c.platform = 'instagram' and purged_at is null limit 1`
  if (!row) throw new Error('the installation is empty')
  ids = row
}

/** An operator who is an admin of the first workspace. */
const signIn = async (sql: Sql): Promise<Browser> => {
  const [admin] = await sql<{ id: string }[]>`
    update users set is_operator = true where id = (select created_by from workspaces where slug = 'shop-0') returning id`
  await markPolicySeen(sql, admin!.id, policyVersions[0].version)
  const browser = app.browser()
  browser.setCookie(`__Host-session=${await insertSession(sql, admin!.id, new Date())}`)
  return browser
}

/** What was read of tables that grow: by a sequential scan, or more rows than `limit`. */
const tooMuch = async (work: () => unknown, limit = most): Promise<string[]> => {
  const reads = await readsIn(logFile, work)
  expect(reads.length).toBeGreaterThan(0)
  const found = reads.filter(
    ({ table, isWhole, rows }) =>
      growing.includes(table) && ((isWhole && rows > 0) || rows > limit),
  )
  return [...new Map(found.map((read) => [read.table + read.text, read])).values()].map(
    ({ table, isWhole, rows, text }) =>
      `${isWhole ? 'scans' : 'reads'} ${rows} rows of ${table}: ${text}`,
  )
}

/** Operators see how many posts of the installation are scheduled, some 12,000 here. */
const allScheduled = 15_000

describe('pages', () => {
  it('read a part of what a workspace has ever done, of every table that grows', {
    timeout: 120_000,
  }, async () => {
    const found: Record<string, string[]> = {}
    const filtered: BenchPage[] = ['', `/${ids.channelId}`].map((account) => ({
      name: `insights${account}, filtered`,
      path: `/w/shop-0/insights${account}?platform=instagram&format=image`,
    }))
    for (const { name, path, form } of [...pages, ...filtered]) {
      const reads = await tooMuch(
        async () => {
          const answer = form ? await member.post(path, form) : await member.get(path)
          expect([name, answer.status]).toEqual([name, 200])
        },
        name.startsWith('operate') ? allScheduled : most,
      )
      if (reads.length > 0) found[name] = reads
    }
    expect(found).toEqual({})
  })
})

describe.each(['generic', 'custom'] as const)(
  'with a %s plan, background work reads only what it needs:',
  (how) => {
    const cases: [string, (sql: Sql) => unknown, number?][] = [
      ['the relay', relay],
      [
        'targets without a workflow',
        (sql) => listTargetsAlone(sql, { soonMs: 40 * 60_000, limit: 500, turn: 0 }),
      ],
      ['conversions without a workflow', (sql) => listConverting(sql, 500)],
      ['abandoned consents', (sql) => deleteExpiredConnections(sql)],
      [
        'how many posts are due',
        (sql) => countOpenDue(sql, { from: minutes(-5), to: minutes(5) }, 1_000),
      ],
      ['sending a post', send],
      ['a public file', (sql) => visitLink(sql, ids.linkName)],
      [
        'a webhook about a post',
        (sql) => findTargetsByHandle(sql, ['instagram'], 'publishId', 'v_pub_1'),
      ],
      ['measuring posts', measure],
      ['readings that stopped', (sql) => tx(sql, (t) => claimUnread(t, new Date()))],
      [
        'posts at risk',
        (sql) =>
          Promise.all([
            listPostsAtRisk(sql, ids.grantId, new Date()),
            countPostsAtRisk(sql, ids.grantId, 'lost'),
          ]),
      ],
      ['figures for operators', (sql) => findFigures(sql), allScheduled],
    ]
    it.each(cases)('%s', async (_, work, limit = most) => {
      expect(await tooMuch(() => work(pools[how]), limit)).toEqual([])
    })
  },
)

describe('each rule of retention', () => {
  /** The batch that is deleted, and the rows that are counted. */
  const rows = mostCounted + most
  /** The posts that use each file of the past 90 days; the month whose days go one by one. */
  const limits: Record<string, number> = { media: 50_000, snapshots: 50_000 }
  it.each(rules)('$name', { timeout: 60_000 }, async (rule) => {
    const deps = { ...app.deps, sql: pools.custom, client: undefined as never }
    // A month that goes as a whole is counted once before.
    await dropDueMonths(
      pools.custom,
      await cutoffOf(pools.custom, rules.find(({ goes }) => goes === 'month')!, new Date()),
    )
    expect(await tooMuch(() => sweep(deps, rule), limits[rule.name] ?? rows)).toEqual([])
  })
})

const minutes = (count: number) => new Date(Date.now() + count * 60_000)

async function relay(sql: Sql) {
  const rows = await takeDue(sql, 50)
  await listWaiting(
    sql,
    'target',
    rows.map(({ refId }) => refId),
  )
  await deleteHandled(
    sql,
    rows.map(({ id }) => id),
  )
}

async function send(sql: Sql) {
  const [due] = await sql<{ id: string }[]>`select id from targets where state = 'ready' limit 1`
  const target = (await findTarget(sql, due!.id))!
  const claims = await claimTargets(sql, [
    { ...target, fingerprint: Buffer.from('00', 'hex'), now: new Date() },
  ])
  const { attemptId, number } = claims.get(target.id)!
  const ref = { targetId: target.id, attemptNumber: number }
  const file = { mediaId: ids.mediaId, workspaceId: ids.workspaceId, renditionId: null }
  await linkForAttempt(sql, { ...ref, ...file, revision: target.revision })
  await findLatestAttempt(sql, target.id)
  await recordOutcome(sql, attemptId, { outcome: 'accepted', sentAt: new Date(), problem: null })
  await recordLook(sql, attemptId, { outcome: null, proof: 'found' })
  await retireLinks(sql, ref)
  await wasFetched(sql, ref)
  await markPublished(
    sql,
    { id: target.id, attemptNumber: number },
    { platformPostId: `sent-${target.id}`, confirmedBy: 'answer' },
  )
  await completeReceipt(sql, target.id, { permalink: null, platformPostId: null, final: true })
}

async function measure(sql: Sql) {
  const now = new Date()
  await listDueChannels(sql, { shard: 0, now, after: null, limit: 100 })
  await findMeasuredChannel(sql, ids.channelId, now)
  await listUnmeasured(sql, 0, 500)
  for (const made of ['here', 'elsewhere'] as const) {
    const due = await listDuePosts(sql, { channelId: ids.channelId, made, now, limit: 50 })
    const posts = due.map(({ id, dueAt }) => ({
      id,
      dueAt,
      nextAt: minutes(1_440),
      numbers: { views: 7 },
      more: {},
    }))
    await savePostSnapshots(sql, {
      channelId: ids.channelId,
      made,
      takenAt: now,
      source: 'test',
      summed: [],
      posts,
    })
  }
}
