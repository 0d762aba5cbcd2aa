import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { RevokingDeps } from '../../activities/channels/revoke.ts'
import { sweep } from '../../activities/privacy/retention.ts'
import { consentMinutes, deleteExpiredConnections, keepOffer } from '../../db/channels/consents.ts'
import { openGrant } from '../../db/channels/grants.ts'
import { openRevocationTokens, revocationDays } from '../../db/channels/revocations.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { checks } from '../../db/privacy/checks.ts'
import { rules } from '../../db/privacy/retention.ts'
import { dropSealedHandles } from '../../db/vault/sealed-handles.ts'
import { createVault } from '../../db/vault/vault.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { fetchOffer } from '../../web/channels/connecting.ts'
import type { WebDeps } from '../../web/http/env.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { createTestDatabase } from '../support/database.ts'
import { control, sandboxEnv, startTwins } from '../support/platforms/twins.ts'
import { databaseUrl } from '../support/servers/template-database.ts'
import { revocationsOf, url } from './revocations.ts'

const dayMs = 86_400_000
let aheadMs = 0
const applicationName = 'revoking'
let witness: Sql
let sandbox: Sandbox
let deps: RevokingDeps
let people: { workspaceId: string; userId: string }
const cast = revocationsOf(() => ({ deps, sandbox, people }))
const { consent, takeTokens, disconnected, revoke, revokeFault, state, begin } = cast

beforeAll(async () => {
  const database = await createTestDatabase()
  witness = database.sql
  const sql = connect({
    url: databaseUrl(inject('postgresUrl'), database.name),
    prepare: true,
    max: 6,
    applicationName,
  })
  atTheEnd(() => close(sql))
  sandbox = await startTwins(url)
  const config = testConfig({ ...sandboxEnv(sandbox.url), PUBLIC_URL: url })
  const now = () => Date.now() + aheadMs
  deps = {
    sql,
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config, now),
    log: pino({ level: 'silent' }),
    now,
  }
  const [user] =
    await sql`insert into users (email, name, password_hash) values ('ada@example.com', 'Ada', 'x') returning id`
  const [workspace] =
    await sql`insert into workspaces (slug, name, zone) values ('northside', 'Northside', 'UTC') returning id`
  people = { workspaceId: workspace?.id, userId: user?.id }
  return () => sandbox.close()
})

beforeEach(async () => {
  aheadMs = 0
  await deps.sql`truncate grants, revocations, connections_under_way, events, notices cascade`
  await control(sandbox, 'DELETE', '/faults')
  await control(sandbox, 'POST', '/reset')
})
const wrongIn = async (name: string) =>
  (await checks.find((one) => one.name === name)!.look(deps.sql)).wrong

describe('promise R2: revoking at the platform', () => {
  test('completes when the platform confirms, and deletes our copy of the tokens and the id of the person', async () => {
    const { channelId } = await disconnected()
    expect(await state()).toMatchObject({ state: 'pending', tokens: true })
    expect(await revoke(channelId)).toBe('done')
    expect(await state()).toMatchObject({ state: 'revoked', tokens: false, person: null })
  })

  test('waits for as long as the platform asks, and makes no call before', async () => {
    const { channelId } = await disconnected()
    await revokeFault({ kind: 'error', code: 'rate_limit_exceeded' })
    const pauseMs = await revoke(channelId)
    expect(pauseMs).toBeGreaterThan(30_000)
    const calls = async () =>
      ((await control(sandbox, 'GET', '/ledger/calls?endpoint=oauth/revoke')) as unknown[]).length
    const before = await calls()
    expect(await revoke(channelId)).toBeGreaterThan(25_000)
    expect(await calls()).toBe(before)
    aheadMs += 10 * 60_000
    expect(await revoke(channelId)).toBe('done')
  })

  test('renews an expired token first, and keeps the new pair if revoking then fails, even if the database connection breaks', async () => {
    const { channelId, tokens } = await disconnected(-1_000)
    await revokeFault({ kind: 'html503' })
    const { id } = await state()
    // TikTok has issued new tokens but responds slowly. All connections to our database break
    // around the time of its response.
    const slow = {
      platform: 'tiktok',
      endpoint: 'oauth/token',
      when: 'after',
      kind: 'slow',
      delayMs: 1_500,
      times: 1,
    }
    await control(sandbox, 'POST', '/faults', slow)
    const calls = async () => {
      const all = (await control(sandbox, 'GET', '/ledger/calls')) as { endpoint: string }[]
      return all.filter(({ endpoint }) => endpoint === 'oauth/token').length
    }
    const before = await calls()
    const renewing = revoke(channelId)
    while ((await calls()) === before) await sleep(20)
    for (const until = Date.now() + 2_500; Date.now() < until; await sleep(20))
      await witness`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${applicationName}`
    expect(await renewing).toBeTypeOf('number')
    const kept = await openRevocationTokens(deps.sql, deps.vault, id)
    expect(kept?.refreshToken).not.toBe(tokens.refreshToken)
    aheadMs += 60 * 60_000
    expect(await revoke(channelId)).toBe('done')
    expect(await state()).toMatchObject({ state: 'revoked', tokens: false })
  })

  test('deletes the tokens if TikTok no longer accepts them, without claiming that access was revoked', async () => {
    const { channelId } = await disconnected()
    await control(sandbox, 'POST', '/reset')
    expect(await revoke(channelId)).toBe('done')
    expect(await state()).toMatchObject({ state: 'unusable', tokens: false })
  })

  test('is skipped if the same person is connected elsewhere, even if that connection needs reconnecting', async () => {
    const { channelId, tokens } = await disconnected()
    const [other] = await deps.sql<{ id: string }[]>`
      insert into workspaces (slug, name, zone) values (${`w-${Date.now()}`}, 'Other', 'UTC') returning id`
    const elsewhere = {
      ...people,
      workspaceId: other!.id,
      platform: 'tiktok' as const,
      accountId: tokens.userId,
      tokens,
    }
    const { grantId } = await insertChannel(deps, elsewhere)
    await deps.sql`update grants set state = 'reauthorize' where id = ${grantId}`
    expect(await revoke(channelId)).toBe('done')
    expect(await state()).toMatchObject({ state: 'kept', tokens: false })
    expect((await openGrant(deps.sql, deps.vault, other!.id, grantId))?.accessToken).toBe(
      tokens.accessToken,
    )
  })
})

describe('promise R2: revoking and connecting the same person at the same time', () => {
  const webDeps = () => ({ ...deps, config: { publicUrl: url } }) as unknown as WebDeps
  test('does not revoke while somebody is choosing accounts, and revokes after they leave', async () => {
    const { channelId, tokens } = await disconnected()
    const { state: way } = await begin()
    await keepOffer(deps.sql, deps.vault, way, {
      tokens,
      accounts: [],
      isComplete: true,
      lostElsewhere: [],
    })
    expect(await revoke(channelId)).toBeTypeOf('number')
    expect(await state()).toMatchObject({ state: 'pending', tokens: true })
    await deps.sql`update connections_under_way set expires_at = now() - interval '1 second'`
    await deleteExpiredConnections(deps.sql)
    aheadMs += 2 * 60_000
    expect(await revoke(channelId)).toBe('done')
  })

  test('does not connect anyone while the platform is revoking that access', async () => {
    const { channelId } = await disconnected()
    const { issuer, verifier, code } = await consent()
    const { state: way } = await begin()
    await revokeFault({ kind: 'slow', delayMs: 1_500 })
    const revoking = revoke(channelId)
    await expect
      .poll(
        async () => (await deps.sql`select from revocations where calling_until > now()`).length,
      )
      .toBe(1)
    const connecting = fetchOffer(webDeps(), issuer, {
      code,
      state: way,
      verifier,
      workspaceId: people.workspaceId,
    })
    await expect(connecting).rejects.toThrow('being revoked right now')
    expect(await revoking).toBe('done')
    expect(
      await deps.sql`select from connections_under_way where offer_sealed is not null`,
    ).toHaveLength(0)
  })
})

describe('promise R2, S1: a single time limit, and a check of every place with tokens', () => {
  test(`a platform that never responds is given up on after ${revocationDays} days, and the tokens are deleted`, async () => {
    const { channelId } = await disconnected()
    await revokeFault({ kind: 'html503', times: 10_000 })
    aheadMs = revocationDays * dayMs - 60_000
    expect(await revoke(channelId)).toBeTypeOf('number')
    expect(await state()).toMatchObject({ state: 'pending', tokens: true })
    aheadMs = revocationDays * dayMs + 60_000
    expect(await revoke(channelId)).toBe('done')
    expect(await state()).toMatchObject({ state: 'given_up', tokens: false, person: null })
  })

  test('the nightly sweep gives up on a revocation without a workflow after the same time', async () => {
    await disconnected()
    const rule = rules.find(({ name }) => name === 'pending_revocations')!
    const sweepDeps = { sql: deps.sql, now: deps.now } as Parameters<typeof sweep>[0]
    aheadMs = revocationDays * dayMs - 60_000
    expect(await sweep(sweepDeps, rule)).toEqual({ removed: 0 })
    aheadMs = revocationDays * dayMs + 60_000
    expect(await sweep(sweepDeps, rule)).toEqual({ removed: 1 })
    expect(await state()).toMatchObject({ state: 'given_up', tokens: false })
  })

  test('the nightly check finds every token that is kept too long or not sealed, wherever it is', async () => {
    const { sql } = deps
    expect([await wrongIn('check-sealed'), await wrongIn('check-ended')]).toEqual([0, 0])
    await disconnected()
    await sql`update revocations set gives_up_at = now() - interval '2 days'`
    expect(await wrongIn('check-ended')).toBe(1)
    await sql`update revocations set access_token_sealed = 'act.in-the-clear'`
    expect(await wrongIn('check-sealed')).toBe(1)
    await sql`truncate revocations`

    const { state: way } = await begin()
    await keepOffer(sql, deps.vault, way, {
      tokens: await takeTokens(),
      accounts: [],
      isComplete: true,
      lostElsewhere: [],
    })
    await sql`update connections_under_way set expires_at = now() - interval '2 hours'`
    expect(await wrongIn('check-ended')).toBe(1)
    await deleteExpiredConnections(sql)
    expect(await wrongIn('check-ended')).toBe(0)
    expect(consentMinutes).toBe(60)

    const { channelId } = await insertChannel(deps, { ...people, platform: 'tiktok' })
    const { targetId } = await insertTarget(deps, { ...people, channelId, platform: 'tiktok' })
    await sql`update targets set handles = '{"publishId": "v1", "sealedUploadUrl": "v1.a.b.c"}' where id = ${targetId}`
    expect([await wrongIn('check-sealed'), await wrongIn('check-ended')]).toEqual([0, 0])
    await sql`update targets set state = 'published', state_at = now() - interval '3 days' where id = ${targetId}`
    expect(await wrongIn('check-ended')).toBe(1)
    expect(await dropSealedHandles(sql, new Date(Date.now() - dayMs), 10)).toBe(1)
    expect(await wrongIn('check-ended')).toBe(0)
    await sql`update targets set handles = '{"address": "https://upload.example/?upload_token=x"}' where id = ${targetId}`
    expect(await wrongIn('check-sealed')).toBe(1)
  })
})
