import { beforeAll, expect, test } from 'vitest'
import { factsOf } from '../../activities/posts/facts.ts'
import type { TargetToDrive } from '../../db/posts/targets.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install({ worker: false })
}, 90_000)

test('after downtime, posts later than the workspace allows are marked missed with a notification, and the others go out', {
  timeout: 90_000,
}, async () => {
  const { admin, slug, sql, ledger } = house
  const [limit] = await sql`select missed_after from workspaces`
  expect(limit).toEqual({ missedAfter: '06:00:00' })
  const dueAt = new Date(Math.ceil(Date.now() / 1_000 + 4) * 1_000)
  const schedule = (text: string) => {
    const time = wallTimeOf(dueAt, 'Europe/Zurich')
    return compose(
      admin,
      slug,
      { text, channel: house.channel('Northside Records'), time },
      'Schedule',
    )
  }
  const late = await schedule('Six hours and a minute late')
  const soon = await schedule('A little less than six hours late')
  await sql`update targets set due_at = date_trunc('second', now()) - interval '6 hours 1 minute' where text = 'Six hours and a minute late'`
  await sql`update targets set due_at = date_trunc('second', now()) - interval '5 hours 50 minutes' where text = 'A little less than six hours late'`

  const worker = await house.startWorker()
  try {
    const missed = await untilPage(admin, late.url, (page) => page.text.includes('missed'))
    expect(missed.text).toContain(
      'The scheduled time passed while CrateSocial wasn’t running. Nothing was sent',
    )
    await untilPage(admin, soon.url, (page) => page.text.includes('Confirmed'))
    expect((await ledger.posts()).map(({ text }) => text)).toEqual([
      'A little less than six hours late',
    ])
    expect((await admin.open(`/w/${slug}/notices`)).text).toContain('Six hours and a minute late')
    await expect
      .poll(() => house.letters.filter(({ text }) => text.includes('missed')).length, {
        timeout: 20_000,
      })
      .toBe(1)
  } finally {
    await worker.stop()
  }
})

test('a post that is too late by the clock of the worker, but not by the one of the database, is looked at again soon', () => {
  const now = Date.now()
  const late = {
    id: 'late',
    dueAt: new Date(now - 3_600_000),
    missedAt: new Date(now - 1_000),
    notBefore: null,
  }
  for (const state of ['scheduled', 'preparing', 'ready']) {
    const target = { ...late, state, isPaused: false } as TargetToDrive
    const facts = factsOf(target, now, {
      prepareAheadMs: 600_000,
      isReadyAtOnce: true,
      leadMs: 60_000,
    })
    expect([facts.prepareAt, facts.armAt]).toEqual([now + 30_000, now + 30_000])
  }
})

test('a paused post is looked at again after a while, but not before its time comes near', () => {
  const now = Date.now()
  const armAtOf = (dueInMs: number) => {
    const post = {
      id: 'paused',
      state: 'ready',
      dueAt: new Date(now + dueInMs),
      notBefore: null,
      isPaused: true,
    }
    const target = { ...post, missedAt: new Date(now + dueInMs + 3_600_000) } as TargetToDrive
    return (
      factsOf(target, now, { prepareAheadMs: 600_000, isReadyAtOnce: true, leadMs: 60_000 }).armAt -
      now
    )
  }
  const [quarterMs, monthMs] = [15 * 60_000, 30 * 86_400_000]
  expect([armAtOf(-7_200_000), armAtOf(300_000)]).toEqual([quarterMs, quarterMs])
  expect(armAtOf(monthMs)).toBeGreaterThanOrEqual(monthMs - 60_000)
})
