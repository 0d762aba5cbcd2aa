import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { close, connect } from '../../db/postgres/connect.ts'
import { demoPassword } from '../../local/demo/cast.ts'
import { clearInterrupted, writeNote } from '../../local/demo/note.ts'
import { createPerson } from '../../local/people/person.ts'
import { configOf, runStarter, type StackEnv, stackEnv } from '../support/programs/starter.ts'

const start = [process.execPath, '--import', 'tsx', 'local/start.ts', '--demo']

test('--demo fills a new installation once: every page has content, and a second start changes nothing', {
  timeout: 300_000,
}, async () => {
  const env = await stackEnv()
  const first = runStarter(env, undefined, start)
  expect(await first.ready).toContain(demoPassword)
  const person = createPerson(`http://localhost:${env.PORT}`)
  await (await person.open('/sign-in')).press('Sign in', {
    email: 'ada@northside.example',
    password: demoPassword,
  })
  for (const [path, words] of Object.entries(shown)) {
    const page = await person.open(path)
    expect(page.status, path).toBe(200)
    expect(page.text, path).toContain(words)
  }
  const before = await rowsOf(env)
  expect(before).toMatchObject({ users: 5, workspaces: 2 })
  expect(await flawsOf(env)).toEqual({ gaps: 0, misdated: 0 })
  first.child.kill('SIGTERM')
  await first.ended

  const second = runStarter(env, undefined, start)
  expect(await second.ready).toContain(demoPassword)
  expect(await rowsOf(env)).toEqual(before)
})

test('--demo starts from scratch if loading it was interrupted', { timeout: 300_000 }, async () => {
  const env = await stackEnv()
  const first = runStarter(env, undefined, start)
  for (
    const giveUpAt = Date.now() + 90_000;
    !first.output().includes('Loading demo data');
    await sleep(50)
  )
    if (Date.now() > giveUpAt) throw new Error(`it never loaded: ${first.output()}`)
  await sleep(2_000)
  first.child.kill('SIGINT')
  await first.ended
  expect(first.output()).not.toContain(demoPassword)

  const second = runStarter(env, undefined, start)
  expect(await second.ready).toContain(demoPassword)
  expect(second.output()).toContain('Loading the demo was interrupted. Starting over.')
  expect(await rowsOf(env)).toMatchObject({ users: 5, workspaces: 2 })
})

test('--demo does not remove an interrupted demo once somebody has started it without --demo', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cratesocial-demo-'))
  mkdirSync(join(dataDir, 'postgres'))
  writeNote(dataDir, { startedAt: '2026-11-01T00:00:00Z' })
  expect(clearInterrupted(dataDir, { wantsDemo: false, env: {} })).toBe(false)
  expect(clearInterrupted(dataDir, { wantsDemo: true, env: {} })).toBe(false)
  expect(existsSync(join(dataDir, 'postgres'))).toBe(true)
  rmSync(dataDir, { recursive: true })
})

const at = '/w/northside-records'
const shown: Record<string, string> = {
  [`${at}/today`]: 'Northside Cellar needs to be reconnected',
  [`${at}/calendar`]: 'Black Friday',
  [`${at}/calendar?view=list`]: 'Crate of the week',
  [`${at}/posts/new`]: '@northsiderecords',
  [`${at}/media`]: 'sleeve-',
  [`${at}/channels`]: 'Northside Cellar',
  [`${at}/people`]: 'Cleo Meier',
  [`${at}/activity`]: 'scheduled a post',
  [`${at}/insights?range=90d`]: 'not made here',
  [`${at}/notices`]: 'Instagram',
  '/operate': 'Southside Club',
  '/account': 'Delete account',
}

/** How many rows each table has, for tables that only the demo and people write to. */
async function rowsOf(env: StackEnv): Promise<Record<string, number>> {
  const sql = connect({ ...configOf(env).database, max: 1 })
  const tables = [
    'users',
    'workspaces',
    'memberships',
    'invitations',
    'grants',
    'channels',
    'media',
    'posts',
    'post_media',
    'targets',
  ]
  const counts = await Promise.all(
    tables.map(async (table) => {
      const [row] = await sql<{ count: number }[]>`select count(*)::int from ${sql(table)}`
      return [table, row!.count] as const
    }),
  ).finally(() => close(sql))
  return Object.fromEntries(counts)
}

/**
 * `gaps`: posts of earlier days that nothing was read of, so that Insights would compare nothing.
 * `misdated`: outcomes that the history does not show at the time of the post.
 */
async function flawsOf(env: StackEnv): Promise<{ gaps: number; misdated: number }> {
  const sql = connect({ ...configOf(env).database, max: 1 })
  const [row] = await sql<{ gaps: number; misdated: number }[]>`
    select (select count(*)::int from targets t where t.state = 'published'
        and t.published_at < now() - interval '23 hours'
        and not exists (select from snapshots s where s.target_id = t.id)) as gaps,
      (select count(*)::int from events e join targets t on t.id = e.subject_id
        where e.name like 'target.%' and e.at > t.due_at + interval '10 minutes') as misdated`.finally(
    () => close(sql),
  )
  return row!
}
