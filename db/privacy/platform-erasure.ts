import { eraseAccountNumbers } from '../insights/measured-channels.ts'
import type { Db } from '../postgres/connect.ts'
import { lockPostsOn } from '../posts/post-locks.ts'
import { sentStates, stateList, targetStates } from '../posts/target-states.ts'
import { transition } from '../posts/target-transitions.ts'

/**
 * Deletes everything that a platform gave us about connected accounts. What members wrote and
 * uploaded belongs to them and stays.
 */

/**
 * The accounts of these grants in one workspace, with the ids of everything that depends on them.
 */
export type PlatformData = {
  workspaceId: string
  issuer: string
  grantIds: string[]
  channelIds: string[]
  targetIds: string[]
  /** Posts for these accounts. They stay, with their files that are still stored. */
  postIds: string[]
  files: number
  published: number
  canceled: number
}

export const listPlatformData = (
  sql: Db,
  grantIds: string[],
  now: Date,
): Promise<PlatformData[]> => sql<PlatformData[]>`
  with gone as (select c.id, c.workspace_id from channels c where c.grant_id = any(${grantIds}::uuid[])),
    hit as (select t.id, t.post_id, t.workspace_id, t.state, t.due_at, t.published_at from targets t join gone on gone.id = t.channel_id)
  select g.workspace_id, max(g.issuer) as issuer, array_agg(g.id) as grant_ids,
    array(select id from gone where gone.workspace_id = g.workspace_id) as channel_ids,
    array(select id from hit where hit.workspace_id = g.workspace_id) as target_ids,
    array(select distinct post_id from hit where hit.workspace_id = g.workspace_id) as post_ids,
    (select count(distinct m.id)::int from hit join post_media pm on pm.post_id = hit.post_id
      join media m on m.id = pm.media_id and m.purged_at is null where hit.workspace_id = g.workspace_id) as files,
    (select count(*)::int from hit where hit.workspace_id = g.workspace_id and hit.published_at is not null) as published,
    (select count(*)::int from hit where hit.workspace_id = g.workspace_id and hit.state = 'canceled' and hit.due_at > ${now}) as canceled
  from grants g where g.id = any(${grantIds}::uuid[]) group by g.workspace_id order by g.workspace_id`

/** Locks grants, channels and posts, in the order that all code uses (db/posts/post-locks.ts). */
export const lockPlatformData = async (
  t: Db,
  { grantIds, channelIds }: PlatformData,
): Promise<void> => {
  await t`select from grants where id = any(${grantIds}::uuid[]) order by id for no key update`
  await t`select from channels where id = any(${channelIds}::uuid[]) order by id for no key update`
  await lockPostsOn(t, channelIds, targetStates)
}

/** Deletes notices that quote the platform or name the accounts. Returns how many. */
export const deleteNoticesAbout = async (
  t: Db,
  { grantIds, channelIds, targetIds }: PlatformData,
): Promise<number> => {
  const { count } = await t`
    delete from notices where grant_id = any(${grantIds}::uuid[]) or channel_id = any(${channelIds}::uuid[])
      or target_id = any(${targetIds}::uuid[])`
  return count
}

/**
 * promise: E5: deletes unsent targets and erases sent ones, which can never be sent again. Returns
 * how many sent targets.
 */
export const eraseTargets = async (
  t: Db,
  { channelIds, targetIds }: PlatformData,
): Promise<number> => {
  await t`delete from outbox where kind = 'target' and ref_id = any(${targetIds}::uuid[])`
  // These first: they wait for a reading that is being written, whose rows then go with the others.
  await t`delete from unmeasured_targets where target_id = any(${targetIds}::uuid[])`
  await t`delete from measured_targets where target_id = any(${targetIds}::uuid[])`
  await t`delete from snapshots where target_id = any(${targetIds}::uuid[])`
  await t`delete from attempts where target_id = any(${targetIds}::uuid[])`
  await t`delete from comment_attempts where target_id = any(${targetIds}::uuid[])`
  await t`delete from targets where channel_id = any(${channelIds}::uuid[]) and state not in ${stateList(t, sentStates)}`
  return (await transition(t, 'erase', { where: t`t.channel_id = any(${channelIds}::uuid[])` }))
    .length
}

/**
 * Turns scheduled posts without any target left into drafts, and removes the erased accounts from
 * their choices, also in series, saved versions, unsaved edits and what was approved.
 */
export const freePosts = async (
  t: Db,
  { workspaceId, channelIds, postIds }: PlatformData,
): Promise<void> => {
  await t`
    update posts set choices = choices - ${channelIds}::text[],
      state = case when state = 'scheduled' and not exists (select from targets where post_id = posts.id) then 'draft' else state end
    where workspace_id = ${workspaceId} and (choices ?| ${channelIds}::text[] or id = any(${postIds}::uuid[]))`
  await t`
    update series set choices = choices - ${channelIds}::text[]
    where workspace_id = ${workspaceId} and choices ?| ${channelIds}::text[]`
  await t`
    update reviews set content = content || jsonb_build_object('choices', (content->'choices') - ${channelIds}::text[],
      'accounts', (content->'accounts') - ${channelIds}::text[])
    where workspace_id = ${workspaceId} and content->'choices' ?| ${channelIds}::text[]`
  for (const table of ['post_versions', 'unsaved_edits'])
    await t`
      update ${t(table)} set form = form || jsonb_build_object('channels', (form->'channels') - ${channelIds}::text[],
        'kinds', (form->'kinds') - ${channelIds}::text[], 'fields', (form->'fields') - ${channelIds}::text[])
      where workspace_id = ${workspaceId} and form->'channels' ?| ${channelIds}::text[]`
}

/**
 * Deletes the data of the accounts: analytics and notes on them, pictures, posting times, limits. An account that posts were sent to
 * leaves an empty row. Returns how many accounts.
 */
export const eraseChannels = async (
  t: Db,
  { channelIds, grantIds }: PlatformData,
): Promise<number> => {
  const subjects = [
    ...channelIds.map((id) => `channel:${id}`),
    ...grantIds.map((id) => `grant:${id}`),
  ]
  await t`delete from limits where subject = any(${subjects})`
  await eraseAccountNumbers(t, channelIds)
  await t`delete from annotations where channel_id = any(${channelIds}::uuid[])`
  await t`delete from slots where channel_id = any(${channelIds}::uuid[])`
  await t`delete from avatars where channel_id = any(${channelIds}::uuid[])`
  await t`update revocations set channel_id = null where channel_id = any(${channelIds}::uuid[])`
  await t`delete from turns where channel_id = any(${channelIds}::uuid[])`
  await t`delete from channels c where id = any(${channelIds}::uuid[]) and not exists (select from targets where channel_id = c.id)`
  await t`
    update channels set grant_id = null, state = 'disconnected', state_reason = null, token_sealed = null, account_id = 'deleted-' || id,
      name = ${erasedName}, handle = '', settings = '{}', account_facts = null, account_facts_at = null
    where id = any(${channelIds}::uuid[])`
  await t`delete from grants where id = any(${grantIds}::uuid[])`
  return channelIds.length
}

/** Shown instead of the name of an account whose platform data was deleted. */
const erasedName = 'Deleted account'
