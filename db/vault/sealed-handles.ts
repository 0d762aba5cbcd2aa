import type { Db } from '../postgres/connect.ts'
import { credentialStates, literals, stateList } from '../posts/target-states.ts'

/**
 * Secrets that a platform gave us for one post (TikTok's upload URL) are stored sealed in the
 * target's handles, under keys that begin with "sealed". They are not needed after the post was
 * sent. This is the SQL expression for when their retention term began.
 */
export const sealedHandlesBegan = `case when has_secret_handles and state not in ${literals(credentialStates)} then state_at end`

/**
 * Deletes the sealed handles of posts that were sent before `cutoff`, and of their attempts.
 * Returns how many posts.
 */
export const dropSealedHandles = async (sql: Db, cutoff: Date, limit: number): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    with due as (
      update targets set handles = handles - array(select k from jsonb_object_keys(handles) k where k like 'sealed%')
      where id = any(array(
        select id from targets
        where has_secret_handles and (state_at at time zone 'UTC') <= ${cutoff}::timestamptz at time zone 'UTC' and state not in ${stateList(sql, credentialStates)}
        order by (state_at at time zone 'UTC') limit ${limit} for update skip locked))
      returning id),
    sent as (
      update attempts set handles = handles - array(select k from jsonb_object_keys(handles) k where k like 'sealed%')
      where target_id in (select id from due))
    select count(*)::int from due`
  return row!.count
}
