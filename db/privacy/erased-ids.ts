import { z } from 'zod'
import { takeChannelsOut } from '../channels/disconnecting.ts'
import { endingGrant } from '../channels/grants.ts'
import type { Db } from '../postgres/connect.ts'
import { keysOfMedia } from '../posts/renditions.ts'
import { transition } from '../posts/target-transitions.ts'

/**
 * The key of the copy in the media store, which survives the loss of the database. It is not a
 * media file, and nothing serves it.
 */
export const erasedIdsKey = 'erased-ids-for-restore.json'

export type ErasedId = z.infer<typeof erasedId>
const erasedId = z.object({
  kind: z.enum(['user', 'workspace', 'grant', 'channel']),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  erasedAt: z.string(),
})

/** @throws if the text is not a list of erased ids */
export const readErasedIds = (text: string): ErasedId[] => z.array(erasedId).parse(JSON.parse(text))

export const listErasedIds = (sql: Db): Promise<ErasedId[]> =>
  sql<ErasedId[]>`
    select kind, encode(salt, 'hex') as salt, encode(hash, 'hex') as hash, to_json(erased_at) #>> '{}' as erased_at
    from erased_ids order by erased_at, hash`

/** Adds ids from a list that was kept elsewhere. */
export const addErasedIds = async (t: Db, ids: ErasedId[]): Promise<void> => {
  await t`
    insert into erased_ids (hash, salt, kind, erased_at)
    select decode(i.hash, 'hex'), decode(i.salt, 'hex'), i.kind, i.at
    from unnest(${ids.map((id) => id.hash)}::text[], ${ids.map((id) => id.salt)}::text[], ${ids.map((id) => id.kind)}::text[],
      ${ids.map((id) => id.erasedAt)}::timestamptz[]) as i(hash, salt, kind, at)
    on conflict do nothing`
}

export type BroughtBack = {
  users: string[]
  workspaces: string[]
  grants: string[]
  channels: string[]
}

/** Rows of a restored database that had been deleted after the backup. */
export const listBroughtBack = async (t: Db): Promise<BroughtBack> => {
  const back = (table: string, kind: string) => t`
    array(select r.id from ${t(table)} r where exists (select from erased_ids e
      where e.kind = ${kind} and e.hash = sha256(e.salt || convert_to(r.id::text, 'UTF8'))))`
  const [row] = await t<BroughtBack[]>`
    select ${back('users', 'user')} as users, ${back('workspaces', 'workspace')} as workspaces,
      ${back('grants', 'grant')} as grants, ${back('channels', 'channel')} as channels`
  return row!
}

/** Deletes whole workspaces. Returns the store keys of their files. */
export const deleteWorkspacesAgain = async (t: Db, ids: string[]): Promise<string[]> => {
  const files = await t<{ keys: string[] }[]>`
    select ${keysOfMedia(t)} as keys from media where workspace_id = any(${ids}::uuid[])`
  await t`delete from workspaces where id = any(${ids}::uuid[])`
  return files.flatMap(({ keys }) => keys)
}

/**
 * Deletes these accounts, the targets on them, and posts that were sent only there. An unsent post
 * becomes a draft again: its text belongs to the workspace, and only the account was deleted.
 */
export const deleteChannelsAgain = async (t: Db, ids: string[]): Promise<void> => {
  const sent = await t<{ id: string }[]>`
    select distinct post_id as id from targets where channel_id = any(${ids}::uuid[]) and sent_at is not null`
  const touched = await t<
    { id: string }[]
  >`select distinct post_id as id from targets where channel_id = any(${ids}::uuid[])`
  await t`delete from channels where id = any(${ids}::uuid[])`
  await t`delete from posts p where p.id = any(${sent.map(({ id }) => id)}::uuid[])
    and not exists (select from targets t where t.post_id = p.id)`
  await t`update posts p set choices = choices - ${ids}::text[],
      state = case when state = 'scheduled' and not exists (select from targets t where t.post_id = p.id) then 'draft' else state end
    where p.id = any(${touched.map(({ id }) => id)}::uuid[]) or choices ?| ${ids}::text[]`
}

/**
 * Ends authorizations and deletes their tokens at once. What the platform gave us is deleted by the
 * retention rule "removed" when the worker starts: a restored database has no record of a sweep of
 * that rule, so it counts as due.
 */
export const endGrantsAgain = async (t: Db, ids: string[], at: Date): Promise<void> => {
  await t`delete from grants g where id = any(${ids}::uuid[]) and not exists (select from channels c where c.grant_id = g.id)`
  await takeChannelsOut(t, { grantIds: ids }, at)
  await transition(t, 'cancel', {
    where: t`t.channel_id in (select id from channels where grant_id = any(${ids}::uuid[]))`,
  })
  const longAgo = new Date(at.getTime() - 365 * 86_400_000)
  await t`update grants set ${endingGrant(t, 'removed', longAgo)} where id = any(${ids}::uuid[])`
  if (ids.length > 0) await t`delete from sweeps where rule = 'removed'`
}

/** Deletes outbox rows whose target, grant, channel or report no longer exists. */
export const dropLostOutbox = async (t: Db): Promise<void> => {
  await t`
    delete from outbox where (kind = 'target' and ref_id not in (select id from targets))
      or (kind = 'review' and ref_id not in (select id from posts))
      or (kind = 'report' and ref_id not in (select id from reports))
      or (kind = 'report-mail' and ref_id not in (select id from report_mails))
      or (kind = 'report-reader' and ref_id not in (select id from report_readers))
      or (kind = 'grant' and ref_id not in (select id from grants)) or (kind = 'disconnect' and ref_id not in (select id from channels))`
}
