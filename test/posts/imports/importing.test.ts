import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findImport } from '../../../db/posts/imports/imports.ts'
import { finishImport } from '../../../posting/imports/finishing.ts'
import { prepareSome } from '../../../posting/imports/preparing.ts'
import { addDays } from '../../../web/time/days.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { addMedia, connectTextAccounts, type PlatformName } from '../../support/posts.ts'

const zone = 'Europe/Zurich'
const base = '/w/northside/posts'
let test: TestApp
let channels: Record<PlatformName, string>
beforeAll(async () => {
  test = await createTestApp()
  channels = await connectTextAccounts(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
    zone,
  })
  await test.sql`update channels set name = 'Northside Vinyl' where id = ${channels.facebook}`
  await test.sql`update channels set handle = 'northside.events' where id = ${channels.instagram}`
})
beforeEach(async () => {
  await test.sql`delete from posts`
  await test.sql`delete from imports`
  await test.sql`update workspaces set review_of = 'off'`
})

const dayIn = (days: number): string =>
  addDays(wallTimeOf(new Date(test.deps.now()), zone).slice(0, 10), days)
const upload = async (content: string | Uint8Array, more: Record<string, string> = {}) => {
  const form = new FormData()
  form.set('key', more.key ?? randomUUID())
  if (more.twice) form.set('twice', more.twice)
  form.append('file', new File([new Uint8Array(Buffer.from(content))], 'posts.csv'))
  const answer = await test.cast.manager.request(`${base}/import`, {
    method: 'POST',
    body: form,
    headers: { Origin: test.deps.config.publicUrl },
  })
  const location = answer.headers.get('Location') ?? ''
  return { status: answer.status, text: await answer.text(), id: location.split('/').at(-1) ?? '' }
}
const refOf = (importId: string) => ({ workspaceId: test.workspaces.northside, importId })
const stateOf = async (id: string) => (await findImport(test.sql, refOf(id)))!
const confirm = (id: string) => test.cast.manager.post(`${base}/imports/${id}/confirm`)
/** What the workflow does, without Temporal. */
const run = async (id: string, deps = test.deps) => {
  while (!(await prepareSome(deps, refOf(id))).done) {}
  await finishImport(deps, refOf(id))
}
const countPosts = async () => (await test.sql`select from posts where state <> 'discarded'`).count
const rowsFor = (count: number): string =>
  [
    'date,time,accounts,text',
    ...Array.from(
      { length: count },
      (_, at) =>
        `${dayIn(2 + Math.floor(at / 24))},${at % 24}:00,"Northside Vinyl, @northside.events",Crate ${at}`,
    ),
  ].join('\n')

describe('the check of a file', () => {
  it('names each problem by row and column, and creates nothing', async () => {
    const { status, id } = await upload(
      [
        'date;time;zone;accounts;text;labels;files;state',
        `${dayIn(3)};10:00;;Nobody;Hello;;;`,
        '2020-01-02;10:00;;@northside.events;Too late;;;',
        '2027-03-28;02:30;Europe/Zurich;@northside.events;Skipped by the clocks;;;',
        '2027-10-31;02:30;Europe/Zurich;@northside.events;Twice on the clocks;;;',
        '2027-10-31;02:30 second;Europe/Zurich;@northside.events;The second of them;;;',
        `${dayIn(3)};25 o’clock;Nowhere;facebook;Hello;Rare;cover.jpg;later`,
        `${dayIn(3)};10:00;;@northside.events;;;;`,
      ].join('\n'),
    )
    expect(status).toBe(303)
    const { faults, faulty, rows } = await stateOf(id)
    expect({ faulty, rows }).toEqual({ faulty: 6, rows: 7 })
    const found = faults.map(({ row, column, words }) => `${row} ${column}: ${words}`)
    for (const expected of [
      /^2 accounts: There is no account “Nobody”/,
      /^3 time: This time has passed/,
      /^4 time: .*does not exist/,
      /^5 time: .*happens twice.*“1:30 first”/,
      /^7 zone: Write a time zone/,
      /^7 accounts: Several accounts are called “facebook”/,
      /^7 labels: There is no label “Rare”/,
      /^7 files: There is no file “cover.jpg”/,
      /^7 state: Write “draft” or “schedule”/,
      /^8 text: Facebook/,
    ])
      expect(found).toContainEqual(expect.stringMatching(expected))
    expect(found.filter((one) => one.startsWith('6 '))).toEqual([])
    expect(await countPosts()).toBe(0)
    expect((await confirm(id)).status).toBe(404)
    const page = await test.cast.manager.get(`${base}/imports/${id}`)
    expect(page.text).toContain('6 of 7 posts can’t be imported')
  })

  it('reads UTF-8 with its mark, UTF-16, Windows-1252, commas, semicolons and tabs', async () => {
    const rows = (sign: string) => `text${sign}state\nGrüße${sign}draft\n`
    const files = [
      Buffer.from(`\ufeff${rows(',')}`),
      Buffer.from(`\ufeff${rows('\t')}`, 'utf16le'),
      Buffer.from(rows(';'), 'latin1'),
    ]
    for (const file of files) {
      const { id } = await upload(file)
      expect(
        await test.sql`select post ->> 'text' as text from import_rows where import_id = ${id}`,
      ).toEqual([{ text: 'Grüße' }])
    }
    const template = await test.cast.manager.request(`${base}/import/template?as=xlsx`, {})
    const empty = await upload(new Uint8Array(await template.arrayBuffer()))
    expect([empty.status, empty.text]).toEqual([422, expect.stringContaining('no posts below')])
    const wrong = await upload('a,b\n"c,d\n')
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('quotation mark')])
  })

  it('refuses what would take long, and names that are cut are whole characters', async () => {
    const long = await upload(`text${'\n'.repeat(1_000_000)}`)
    expect([long.status, long.text]).toEqual([422, expect.stringContaining('20000 rows')])
    const wide = await upload(`text\n${','.repeat(1_000_000)}`)
    expect([wide.status, wide.text]).toEqual([422, expect.stringContaining('60 columns')])
    const cut = `${'x'.repeat(79)}💿`
    const many = Array.from({ length: 3_000 }, (_, at) => at).join(',')
    const { id } = await upload(
      [
        `text,accounts,${cut}`,
        `Hello,${cut}`,
        `Hello,"${many}"`,
        `Hello,"${many.slice(0, 1_000)}"`,
      ].join('\n'),
    )
    const { faults } = await stateOf(id)
    const of = (row: number) => faults.filter((fault) => fault.row === row)
    expect(of(2)).toMatchObject([{ words: expect.stringContaining(`“${'x'.repeat(79)}”`) }])
    expect(of(3)).toMatchObject([{ words: 'These are too many names.' }])
    expect(of(4)).toHaveLength(10)
  })
})

describe('an import', () => {
  it('makes drafts and scheduled posts with labels, files and texts of their own', async () => {
    const owner = [test.workspaces.northside, test.cast.manager.id] as const
    const file = await addMedia(test.deps, ...owner)
    const { fileName } = (
      await test.sql<{ fileName: string }[]>`
      select file_name from media where id = ${file}`
    )[0]!
    await test.sql`insert into labels (workspace_id, name, name_key, color) values (${owner[0]}, 'Rare', 'rare', 'red')`
    const { id } = await upload(
      [
        'date,time,accounts,text,text facebook,files,first comment,labels,state',
        `${dayIn(3)},6pm,Facebook: Northside Vinyl,For all,For Facebook,${fileName},First!,rare,`,
        ',,,Only an idea,,,,,',
      ].join('\r\n'),
    )
    expect((await stateOf(id)).faults).toEqual([])
    expect(await countPosts()).toBe(0)
    await Promise.all([confirm(id), confirm(id)])
    await Promise.all([run(id), run(id)])
    await run(id)
    const posts = await test.sql`
      select p.text, p.state, p.created_by, t.text as sent, t.kind, t.settings ->> 'first_comment' as comment,
        (select count(*)::int from post_media where post_id = p.id) as files, (select count(*)::int from post_labels where post_id = p.id) as labels
      from posts p left join targets t on t.post_id = p.id order by p.text`
    const own = { createdBy: test.cast.manager.id }
    expect(posts).toEqual([
      {
        ...own,
        ...{ text: 'For all', state: 'scheduled', sent: 'For Facebook', kind: 'photo' },
        ...{ comment: 'First!', files: 1, labels: 1 },
      },
      {
        ...own,
        ...{ text: 'Only an idea', state: 'draft', sent: null, kind: null },
        ...{ comment: null, files: 0, labels: 0 },
      },
    ])
    expect(await stateOf(id)).toMatchObject({ state: 'done', prepared: 2 })
    expect(await test.sql`select from outbox where kind = 'target'`).toHaveLength(1)
  })

  it('is all or nothing, also if the database ends its connections in the middle', async () => {
    const { id } = await upload(rowsFor(1_200))
    await confirm(id)
    for (let killed = 0; killed < 3; killed++) {
      const running = run(id).catch((error: unknown) =>
        expect(String(error)).toMatch(/terminat|closed|CONNECTION|ECONNRESET/i),
      )
      await expect
        .poll(async () => {
          const ended = await test.sql`
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
              and pid <> pg_backend_pid() and state like '%transaction%'`.catch(() => [])
          const { state } = await stateOf(id)
          return ended.length > 0 || state === 'done'
        })
        .toBe(true)
      await running
      expect([0, 1_200]).toContain(await countPosts())
    }
    await run(id)
    expect(await countPosts()).toBe(1_200)
    expect((await test.sql`select from targets`).count).toBe(2_400)
    // Their workflows are started over eight minutes, so that nothing else waits behind them.
    const [told] = await test.sql`
      select count(*)::int as all, count(*) filter (where next_try_at < now() + interval '30 seconds')::int as early,
        max(next_try_at) < now() + interval '8 minutes' as in_time from outbox where kind = 'target' and ref_id in (select id from targets)`
    expect(told).toMatchObject({ all: 2_400, inTime: true })
    expect(told!.early).toBeLessThan(1_200)
  })

  it('makes nothing if an account is gone or a time has passed since the check', async () => {
    const { id } = await upload(rowsFor(3))
    await confirm(id)
    await prepareSome(test.deps, refOf(id))
    const later = { ...test.deps, now: () => test.deps.now() + 5 * 86_400_000 }
    await finishImport(later, refOf(id))
    expect(await stateOf(id)).toMatchObject({
      state: 'refused',
      faults: [{ column: 'time', words: 'This time has passed meanwhile.' }],
    })
    expect(await countPosts()).toBe(0)
  })

  it('finds the same content within a day, in the file and among posts, unless that is allowed', async () => {
    const twice = `${rowsFor(1)}\n${dayIn(2)},12:00,Northside Vinyl,Crate 0`
    const { id } = await upload(twice)
    expect(await stateOf(id)).toMatchObject({
      ...{ state: 'checked', faulty: 1 },
      faults: [{ row: 3, words: expect.stringContaining('The same content') }],
    })
    expect((await confirm(id)).status).toBe(404)
    const meanwhile = await upload(rowsFor(1))
    const allowed = await upload(twice, { twice: 'yes' })
    await confirm(allowed.id)
    await run(allowed.id)
    expect(await countPosts()).toBe(2)
    const again = await upload(rowsFor(1))
    expect(await stateOf(again.id)).toMatchObject({ faulty: 1, faults: [{ row: 2 }] })
    await confirm(meanwhile.id)
    await run(meanwhile.id)
    expect(await stateOf(meanwhile.id)).toMatchObject({ state: 'refused', faults: [{ row: 2 }] })
    expect(await countPosts()).toBe(2)
  })

  it('names columns that it does not know, and imports the others', async () => {
    const { id } = await upload('text,Notes,picture,constructor,,\nAn idea,for me,cover.jpg,,,')
    const { text } = await test.cast.manager.get(`${base}/imports/${id}`)
    expect(text).toContain('left out: “Notes”, “picture”, “constructor”.')
    await confirm(id)
    await run(id)
    expect([(await stateOf(id)).state, await countPosts()]).toEqual(['done', 1])
  })

  it('asks for approval where the workspace requires it', async () => {
    await test.sql`update workspaces set review_of = 'managers' where id = ${test.workspaces.northside}`
    const { id } = await upload(rowsFor(2))
    await confirm(id)
    await run(id)
    expect(await test.sql`select state from reviews`).toEqual([
      { state: 'waiting' },
      { state: 'waiting' },
    ])
  })

  it('is that of the person who has its posts made, so that an admin’s file doesn’t spare a manager the approval', async () => {
    await test.sql`update workspaces set review_of = 'managers' where id = ${test.workspaces.northside}`
    const { id } = await upload(rowsFor(1))
    await test.sql`update imports set user_id = ${test.cast.admin.id} where id = ${id}`
    await confirm(id)
    await run(id)
    expect(await test.sql`select created_by from posts where state = 'scheduled'`).toEqual([
      { createdBy: test.cast.manager.id },
    ])
    expect(await test.sql`select state from reviews`).toEqual([{ state: 'waiting' }])
  })

  it('can be undone as a whole until something of it is out', async () => {
    const { id } = await upload(`${rowsFor(2)}\n,,,A draft`)
    await confirm(id)
    await run(id)
    await test.sql`update targets set state = 'sending' where id = (select id from targets limit 1)`
    const refused = await test.cast.manager.post(`${base}/imports/${id}/undo`)
    expect([refused.status, await countPosts()]).toEqual([409, 3])
    await test.sql`update targets set state = 'ready' where state = 'sending'`
    expect((await test.cast.manager.post(`${base}/imports/${id}/undo`)).status).toBe(303)
    expect(await countPosts()).toBe(0)
    expect(await test.sql`select distinct state from targets`).toEqual([{ state: 'canceled' }])
  })
})
