import { randomBytes } from 'node:crypto'
import { saveChannel } from '../../db/channels/channels.ts'
import { saveGrant } from '../../db/channels/grants.ts'
import type { GrantTokens } from '../../platforms/grant.ts'
import type { WebDeps } from '../../web/http/env.ts'

type Deps = Pick<WebDeps, 'sql' | 'vault'>

export type NewChannel = {
  workspaceId: string
  userId: string
  platform: 'facebook' | 'instagram' | 'tiktok'
  name?: string
  accountId?: string
  tokens?: Partial<GrantTokens>
}

/** A connected account with its own grant, as if a person had consented and chosen it. */
export const insertChannel = async (
  deps: Deps,
  channel: NewChannel,
): Promise<{ channelId: string; grantId: string }> => {
  const { workspaceId, userId, platform } = channel
  const issuer = platform === 'tiktok' ? 'tiktok' : 'meta'
  const accountId =
    channel.accountId ?? String(10n ** 16n + BigInt(`0x${randomBytes(6).toString('hex')}`))
  const tokens: GrantTokens = {
    accessToken: `${issuer}-access-${accountId}`,
    refreshToken: issuer === 'tiktok' ? `${issuer}-refresh-${accountId}` : null,
    expiresAtMs: Date.now() + (issuer === 'tiktok' ? 24 : 60 * 24) * 3_600_000,
    refreshExpiresAtMs: issuer === 'tiktok' ? Date.now() + 365 * 86_400_000 : null,
    dataAccessExpiresAtMs: issuer === 'meta' ? Date.now() + 90 * 86_400_000 : null,
    scopes: [],
    userId: `person-${accountId}`,
    userName: 'Ada Northside',
    ...channel.tokens,
  }
  const grantId = await saveGrant(deps.sql, deps.vault, { workspaceId, issuer, userId, tokens })
  const name = channel.name ?? 'Northside Records'
  const accountToken = issuer === 'meta' ? `page-token-${accountId}` : null
  const offer = {
    platform,
    accountId,
    name,
    handle: '',
    accountToken,
    settings: {},
    avatarUrl: null,
    blocked: null,
  }
  const { id } = await saveChannel(deps.sql, deps.vault, { workspaceId, grantId, offer })
  return { channelId: id, grantId }
}

/** A scheduled post with one target and the given files. Only rows, no workflow. */
export const insertTarget = async (
  { sql }: Deps,
  target: {
    workspaceId: string
    channelId: string
    platform: string
    mediaIds?: string[]
    dueAt?: Date
  },
): Promise<{ postId: string; targetId: string }> => {
  const dueAt = target.dueAt ?? new Date(Date.now() + 86_400_000)
  const [post] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, state, text, due_at, zone) values (${target.workspaceId}, 'scheduled', 'Twenty crates', ${dueAt}, 'Europe/Zurich')
    returning id`
  for (const [index, mediaId] of (target.mediaIds ?? []).entries())
    await sql`insert into post_media (post_id, media_id, workspace_id, position) values (${post!.id}, ${mediaId}, ${target.workspaceId}, ${index + 1})`
  const [row] = await sql<{ id: string }[]>`
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at)
    values (${target.workspaceId}, ${post!.id}, ${target.channelId}, ${target.platform}, 'photos', 'Twenty crates', ${dueAt}) returning id`
  return { postId: post!.id, targetId: row!.id }
}
