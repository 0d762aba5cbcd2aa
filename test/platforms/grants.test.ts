import { beforeAll, beforeEach, expect, it } from 'vitest'
import { type GrantDeps, withToken } from '../../activities/channels/tokens.ts'
import { openGrant } from '../../db/channels/grants.ts'
import { createVault } from '../../db/vault/vault.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError } from '../../platforms/errors.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel } from '../support/connected.ts'
import { createTestDatabase } from '../support/database.ts'
import { control, sandboxEnv, startTwins } from '../support/platforms/twins.ts'

const url = 'http://localhost:4230'
let sandbox: Sandbox
let deps: GrantDeps
let people: { workspaceId: string; userId: string }

beforeAll(async () => {
  const { sql } = await createTestDatabase()
  sandbox = await startTwins(url)
  const config = testConfig({ ...sandboxEnv(sandbox.url), PUBLIC_URL: url })
  deps = {
    sql,
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config),
    now: Date.now,
  }
  const [user] =
    await sql`insert into users (email, name, password_hash) values ('ada@example.com', 'Ada', 'x') returning id`
  const [workspace] =
    await sql`insert into workspaces (slug, name, zone) values ('northside', 'Northside', 'UTC') returning id`
  people = { workspaceId: workspace?.id, userId: user?.id }
  return () => sandbox.close()
})

beforeEach(async () => {
  await deps.sql`truncate grants, events cascade`
  await control(sandbox, 'DELETE', '/faults')
  await control(sandbox, 'POST', '/reset')
})

/** Connects to TikTok in the sandbox as the product does, but without its pages. */
const connectTiktok = async (expiresInMs: number) => {
  const issuer = deps.platforms.issuers.get('tiktok')!
  const verifier = 'a'.repeat(43)
  const redirectUri = `${url}/oauth/tiktok/callback`
  const consent = issuer.consentUrl({ redirectUri, state: 's', verifier, again: false })
  const [creator] = (await control(sandbox, 'GET', '/accounts/tiktok')) as { openId: string }[]
  const form = new URLSearchParams({ account: creator!.openId, decision: 'continue' })
  for (const scope of issuer.scopes) form.append('scope', scope.name)
  const back = new URL(
    (await fetch(consent, { method: 'POST', body: form, redirect: 'manual' })).headers.get(
      'location',
    ) ?? '',
  )
  const signal = AbortSignal.timeout(5_000)
  const tokens = await issuer.exchange({
    code: back.searchParams.get('code') ?? '',
    redirectUri,
    verifier,
    signal,
  })
  const ends = { ...tokens, expiresAtMs: Date.now() + expiresInMs }
  const made = await insertChannel(deps, {
    ...people,
    platform: 'tiktok',
    accountId: tokens.userId,
    tokens: ends,
  })
  return { ...made, tokens, ref: { workspaceId: people.workspaceId, channelId: made.channelId } }
}

const minutes = (count: number) => count * 60_000
const renewals = async (): Promise<number> => {
  const calls = (await control(
    sandbox,
    'GET',
    '/ledger/calls?platform=tiktok&endpoint=oauth/token',
  )) as {
    facts: { grantType: string }
  }[]
  return calls.filter((call) => call.facts.grantType !== 'authorization_code').length
}
const token = async (account: Account) => account.grantToken
const refuseToken = async (): Promise<never> => {
  throw new PlatformError({
    kind: 'reauthorize',
    code: 'access_token_invalid',
    words: 'TikTok does not accept the token.',
  })
}
/** Makes a real call with the token, which the sandbox checks. */
const ask = async (account: Account): Promise<string> => {
  const state = await deps.platforms.issuers
    .get('tiktok')!
    .inspect({ accessToken: account.grantToken, userId: account.id }, AbortSignal.timeout(5_000))
  return state.valid ? account.grantToken : await refuseToken()
}
const stateOf = async (grantId: string) => {
  const [row] = await deps.sql`
    select g.state, g.state_reason, c.state as channel_state, c.state_reason as channel_reason, renewing_by, renewing_until
    from grants g join channels c on c.grant_id = g.id where g.id = ${grantId}`
  return row
}

it('a token that is still valid is used as is', async () => {
  const { ref, tokens } = await connectTiktok(minutes(120))
  expect(await withToken(deps, ref, token)).toBe(tokens.accessToken)
  expect(await renewals()).toBe(0)
})

it('promise U2: a token that expires within half an hour is renewed first, and the new pair is stored sealed', async () => {
  const { ref, grantId, tokens } = await connectTiktok(minutes(20))
  const used = await withToken(deps, ref, ask)
  expect(used).not.toBe(tokens.accessToken)
  const stored = await openGrant(deps.sql, deps.vault, people.workspaceId, grantId)
  expect(stored).toMatchObject({ accessToken: used, state: 'active' })
  expect(stored?.expiresAt?.getTime()).toBeGreaterThan(Date.now() + minutes(60))
  expect(await stateOf(grantId)).toMatchObject({ renewingBy: null, renewingUntil: null })
})

it('ten concurrent calls renew once, and all of them use the new token', async () => {
  const { ref } = await connectTiktok(minutes(-5))
  const used = await Promise.all(Array.from({ length: 10 }, () => withToken(deps, ref, ask)))
  expect(new Set(used).size).toBe(1)
  expect(await renewals()).toBe(1)
})

it('a refused token is renewed once and the work repeated, if the caller allows it', async () => {
  const { ref, tokens } = await connectTiktok(minutes(120))
  await control(sandbox, 'POST', '/accounts/tiktok/northside.records/expire-tokens', {
    access: true,
  })
  const used = await withToken(deps, ref, ask, { renewOnReauthorize: true })
  expect(used).not.toBe(tokens.accessToken)
  expect(await renewals()).toBe(1)
})

it('ten concurrent calls with a refused token renew once', async () => {
  const { ref } = await connectTiktok(minutes(120))
  await control(sandbox, 'POST', '/accounts/tiktok/northside.records/expire-tokens', {
    access: true,
  })
  const used = await Promise.all(
    Array.from({ length: 10 }, () => withToken(deps, ref, ask, { renewOnReauthorize: true })),
  )
  expect(new Set(used).size).toBe(1)
  expect(await renewals()).toBe(1)
})

it('a token refused twice, or once if the work must not be repeated, needs a person; the work runs no more often than allowed', async () => {
  for (const [options, runs] of [
    [{ renewOnReauthorize: true }, 2],
    [{}, 1],
  ] as const) {
    await deps.sql`truncate grants cascade`
    const { ref, grantId } = await connectTiktok(minutes(120))
    let count = 0
    const work = () => {
      count += 1
      return refuseToken()
    }
    await expect(withToken(deps, ref, work, options)).rejects.toMatchObject({
      problem: { kind: 'reauthorize' },
    })
    expect(count).toBe(runs)
    expect(await stateOf(grantId)).toMatchObject({
      state: 'reauthorize',
      stateReason: 'access_token_invalid',
      channelState: 'reconnect',
      channelReason: 'TikTok does not accept the token.',
    })
    await expect(withToken(deps, ref, token)).rejects.toMatchObject({
      problem: { kind: 'reauthorize' },
    })
  }
  const events = await deps.sql`select name, facts from events where name = 'grant.refused'`
  expect(events).toHaveLength(2)
})

it('an expired refresh token ends the grant, and the channel needs to be reconnected', async () => {
  const { ref, grantId } = await connectTiktok(minutes(5))
  await control(sandbox, 'POST', '/accounts/tiktok/northside.records/expire-tokens', {
    access: true,
    refresh: true,
  })
  await expect(withToken(deps, ref, token)).rejects.toMatchObject({
    problem: { kind: 'reauthorize' },
  })
  expect(await stateOf(grantId)).toMatchObject({ state: 'reauthorize', channelState: 'reconnect' })
})

it('a renewal that fails temporarily does not stop work while the old token is valid, and backs off before the next try', async () => {
  const { ref, grantId, tokens } = await connectTiktok(minutes(20))
  await control(sandbox, 'POST', '/faults', {
    platform: 'tiktok',
    endpoint: 'oauth/token',
    when: 'before',
    kind: 'error',
    code: 500,
    times: 9,
  })
  expect(await withToken(deps, ref, token)).toBe(tokens.accessToken)
  expect(await withToken(deps, ref, token)).toBe(tokens.accessToken)
  expect(await renewals()).toBe(1)
  expect(await stateOf(grantId)).toMatchObject({
    state: 'active',
    channelState: 'connected',
    renewingBy: null,
  })
  await deps.sql`update grants set renewing_until = now() - interval '1 second', expires_at = now() - interval '1 second'`
  await expect(withToken(deps, ref, token)).rejects.toBeInstanceOf(PlatformError)
  const resting = await withToken(deps, ref, token).catch((error: PlatformError) => error.problem)
  expect(resting).toMatchObject({ kind: 'unavailable', code: 'renewal_waits' })
  await control(sandbox, 'DELETE', '/faults')
  await deps.sql`update grants set renewing_until = now() - interval '1 second'`
  expect(await withToken(deps, ref, ask)).not.toBe(tokens.accessToken)
})

it('a renewal lease whose holder died is taken over once it expires', async () => {
  const { ref, tokens } = await connectTiktok(minutes(5))
  await deps.sql`update grants set renewing_by = gen_random_uuid(), renewing_until = now() + interval '1 second'`
  expect(await withToken(deps, ref, ask)).not.toBe(tokens.accessToken)
  expect(await renewals()).toBe(1)
})

it('a refused old token does not affect a grant that was reconnected in the meantime', async () => {
  const { ref, grantId, tokens } = await connectTiktok(minutes(120))
  const work = async () => {
    await insertChannel(deps, {
      ...people,
      platform: 'tiktok',
      accountId: tokens.userId,
      tokens: { ...tokens, accessToken: 'newer', expiresAtMs: Date.now() + minutes(600) },
    })
    return await refuseToken()
  }
  await expect(withToken(deps, ref, work)).rejects.toBeInstanceOf(PlatformError)
  expect(await stateOf(grantId)).toMatchObject({ state: 'active', channelState: 'connected' })
  expect(await withToken(deps, ref, token)).toBe('newer')
})

it('Meta: a refused token is final, since there is nothing to renew it with', async () => {
  const { channelId, grantId } = await insertChannel(deps, { ...people, platform: 'facebook' })
  const ref = { workspaceId: people.workspaceId, channelId }
  let count = 0
  const work = () => {
    count += 1
    return refuseToken()
  }
  await expect(withToken(deps, ref, work, { renewOnReauthorize: true })).rejects.toMatchObject({
    problem: { kind: 'reauthorize' },
  })
  expect(count).toBe(1)
  expect(await stateOf(grantId)).toMatchObject({ state: 'reauthorize', channelState: 'reconnect' })
})

it('another workspace gets no token, whatever id it names', async () => {
  const { channelId } = await connectTiktok(minutes(120))
  const [other] =
    await deps.sql`insert into workspaces (slug, name, zone) values ('elsewhere', 'Elsewhere', 'UTC') returning id`
  await expect(withToken(deps, { workspaceId: other?.id, channelId }, token)).rejects.toMatchObject(
    {
      problem: { code: 'disconnected' },
    },
  )
})
