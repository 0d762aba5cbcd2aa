import type { Avatar } from '../../platforms/avatar.ts'
import type { Db } from '../postgres/connect.ts'

export type StoredAvatar = Avatar & { etag: string }

/**
 * promise: D1, D2: replaces the picture of a connected account. Does nothing for an account that
 * was disconnected in the meantime.
 */
export const saveAvatar = async (
  sql: Db,
  channelId: string,
  avatar: Avatar,
  at: Date,
): Promise<void> => {
  await sql`
    insert into avatars (channel_id, workspace_id, content_type, picture, sha256, fetched_at)
    select id, workspace_id, ${avatar.contentType}, ${avatar.picture}, sha256(${avatar.picture}), ${at}
    from channels where id = ${channelId} and state <> 'disconnected' for no key update
    on conflict (channel_id) do update set content_type = excluded.content_type, picture = excluded.picture, sha256 = excluded.sha256,
      fetched_at = excluded.fetched_at`
}

/** Undefined if the account is in another workspace or has no picture. */
export const findAvatar = async (
  sql: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<StoredAvatar | undefined> => {
  const [row] = await sql<StoredAvatar[]>`
    select content_type, picture, encode(sha256, 'hex') as etag from avatars
    where channel_id = ${ref.channelId} and workspace_id = ${ref.workspaceId}`
  return row
}

/** The name for the placeholder of an account without a picture. */
export const findChannelName = async (
  sql: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<string | undefined> => {
  const [row] = await sql<{ name: string }[]>`
    select name from channels where id = ${ref.channelId} and workspace_id = ${ref.workspaceId}`
  return row?.name
}
