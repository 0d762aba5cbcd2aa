import { MockActivityEnvironment } from '@temporalio/testing'
import { createRevokingActivities, type RevokingDeps } from '../../activities/channels/revoke.ts'
import { beginConnection } from '../../db/channels/consents.ts'
import { insertRevocation } from '../../db/channels/revocations.ts'
import { insertSession } from '../../db/people/sessions.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import type { GrantTokens } from '../../platforms/grant.ts'
import { insertChannel } from '../support/connected.ts'
import { control } from '../support/platforms/twins.ts'

/** The address of the installation, for the redirect after a consent. */
export const url = 'http://localhost:4231'
const dayMs = 86_400_000

/** Connections to TikTok that end, and what is left of them to revoke. */
export const revocationsOf = (
  at: () => {
    deps: RevokingDeps
    sandbox: Sandbox
    people: { workspaceId: string; userId: string }
  },
) => {
  /** Completes a consent at TikTok's sandbox as the product does, without its pages. */
  const consent = async () => {
    const issuer = at().deps.platforms.issuers.get('tiktok')!
    const verifier = 'a'.repeat(43)
    const redirectUri = `${url}/oauth/tiktok/callback`
    const address = issuer.consentUrl({ redirectUri, state: 's', verifier, again: false })
    const [creator] = (await control(at().sandbox, 'GET', '/accounts/tiktok')) as {
      openId: string
    }[]
    const form = new URLSearchParams({ account: creator!.openId, decision: 'continue' })
    for (const scope of issuer.scopes) form.append('scope', scope.name)
    const back = new URL(
      (await fetch(address, { method: 'POST', body: form, redirect: 'manual' })).headers.get(
        'location',
      ) ?? '',
    )
    return { issuer, verifier, redirectUri, code: back.searchParams.get('code') ?? '' }
  }
  const takeTokens = async () => {
    const { issuer, verifier, redirectUri, code } = await consent()
    return issuer.exchange({ code, redirectUri, verifier, signal: AbortSignal.timeout(5_000) })
  }
  /** A disconnected account whose tokens are only kept to be revoked. */
  const disconnected = async (expiresInMs = dayMs) => {
    const tokens = await takeTokens()
    const made = await insertChannel(at().deps, {
      ...at().people,
      platform: 'tiktok',
      accountId: tokens.userId,
      tokens,
    })
    await at().deps.sql`update channels set state = 'disconnected', token_sealed = null`
    await at().deps
      .sql`update grants set state = 'ended', access_token_sealed = null, refresh_token_sealed = null`
    await setAside(tokens, made, expiresInMs)
    return { ...made, tokens }
  }
  const setAside = (
    tokens: GrantTokens,
    { channelId, grantId }: { channelId: string; grantId: string },
    expiresInMs = dayMs,
  ) => {
    const { accessToken, refreshToken, userId: issuerUserId } = tokens
    const ask = {
      issuer: 'tiktok',
      issuerUserId,
      workspaceId: at().people.workspaceId,
      grantId,
      channelId,
      at: new Date(at().deps.now()),
    }
    return insertRevocation(at().deps.sql, at().deps.vault, ask, {
      accessToken,
      refreshToken,
      expiresAt: new Date(at().deps.now() + expiresInMs),
    })
  }
  /** Runs the activity once. Returns the delay of the next try in milliseconds if it isn't done. */
  const revoke = async (channelId: string): Promise<'done' | number> => {
    try {
      await new MockActivityEnvironment().run(createRevokingActivities(at().deps).revokeTokens, {
        channelId,
      })
      return 'done'
    } catch (error) {
      const { type, nextRetryDelay } = error as { type?: string; nextRetryDelay?: number }
      if (type !== 'NotYet') throw error
      return Number(nextRetryDelay)
    }
  }
  const state = async () => {
    const [row] = await at().deps.sql<
      { id: string; state: string; tokens: boolean; person: string | null }[]
    >`
      select id, state, access_token_sealed is not null as tokens, issuer_user_id as person from revocations`
    return row!
  }
  const revokeFault = (fault: Record<string, unknown>) =>
    control(at().sandbox, 'POST', '/faults', {
      platform: 'tiktok',
      endpoint: 'oauth/revoke',
      when: 'before',
      times: 1,
      ...fault,
    })
  const begin = async () => {
    await insertSession(at().deps.sql, at().people.userId, new Date())
    const [session] = await at().deps.sql<{ id: string }[]>`select id from sessions limit 1`
    return beginConnection(at().deps.sql, at().deps.vault, {
      ...at().people,
      sessionId: session!.id,
      issuer: 'tiktok',
    })
  }
  return { consent, takeTokens, disconnected, setAside, revoke, state, revokeFault, begin }
}
