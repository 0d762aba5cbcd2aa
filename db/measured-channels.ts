import type { Db } from './connect.ts'

/** When accounts are asked, and why they rest. */

/** Accounts that were connected since the last look. */
export const enrollChannels = async (sql: Db, now: Date): Promise<void> => {
  await sql`
    insert into measured_channels (channel_id, workspace_id, next_at)
    select id, workspace_id, ${now} from channels where state = 'connected' on conflict do nothing`
}

/** Accounts with something to measure, in order of their ids from `after` on; those that rest or need a person are passed over. */
export const listDueChannels = async (sql: Db, now: Date, after: string | null, limit: number): Promise<string[]> => {
  const rows = await sql<{ channelId: string }[]>`
    select m.channel_id from measured_channels m join channels c on c.id = m.channel_id join grants g on g.id = c.grant_id
    where c.state = 'connected' and g.state = 'active' and (m.rest_until is null or m.rest_until <= ${now})
      and (${after}::uuid is null or m.channel_id > ${after}::uuid)
      and (m.next_at <= ${now} or exists (select from measured_targets p where p.channel_id = m.channel_id and p.next_at <= ${now}))
    order by m.channel_id limit ${limit}`
  return rows.map((row) => row.channelId)
}

export type MeasuredChannel = {
  channelId: string
  workspaceId: string
  platform: string
  connectedAt: Date
  nextAt: Date
  failures: number
  /** The platform's own day that is known last, `2026-11-24`. */
  lastDay: string | null
}

export const findMeasuredChannel = async (sql: Db, channelId: string): Promise<MeasuredChannel | undefined> => {
  const [row] = await sql<MeasuredChannel[]>`
    select m.channel_id, m.workspace_id, c.platform, c.connected_at, m.next_at, m.failures,
      (select max(s.day)::text from account_snapshots s where s.channel_id = m.channel_id) as last_day
    from measured_channels m join channels c on c.id = m.channel_id where m.channel_id = ${channelId}`
  return row
}

/** A round that got through; `problem`: with something that a person should know. */
export const noteMeasured = async (sql: Db, channelId: string, problem: string | null, now: Date): Promise<void> => {
  await sql`
    update measured_channels set failures = 0, rest_until = null, problem = ${problem},
      problem_at = case when ${problem}::text is null then null when problem = ${problem} then problem_at else ${now} end
    where channel_id = ${channelId}`
}

/** A round that did not: what was due stays due, and is tried again from `restUntil` on. */
export const noteUnmeasured = async (
  sql: Db,
  channelId: string,
  rest: { problem: string; restUntil: Date; now: Date },
): Promise<void> => {
  await sql`
    update measured_channels set failures = failures + 1, rest_until = ${rest.restUntil}, problem = ${rest.problem},
      problem_at = case when problem = ${rest.problem} then problem_at else ${rest.now} end
    where channel_id = ${channelId}`
}

/** The account's history goes with its posts. */
export const eraseAccountNumbers = async (t: Db, channelId: string): Promise<void> => {
  await t`delete from account_snapshots where channel_id = ${channelId}`
  await t`delete from channel_days where channel_id = ${channelId}`
  await t`delete from measured_channels where channel_id = ${channelId}`
}
