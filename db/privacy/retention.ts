import { type Db, type Sql, tx } from './connect.ts'

/**
 * How long things are kept: the table that the daily sweep carries out and the public policy prints. A rule is one line: rows of
 * `table` go when `keep` has passed since `began`, an SQL expression over the row; null: its term has not begun.
 */
export type Rule = {
  name: string
  /** Id in promises.md, where the promise is public. */
  promise?: string
  /** For the policy: "Uploaded media". */
  what: string
  /** An SQL interval, printed as it stands. */
  keep: string
  /** For the policy: "after …". */
  after: string
  table: string
  began: string
  /** How it goes: row by row; whole months first; its files first; by the erasure of a person; with all that a platform gave us. */
  goes: 'row' | 'month' | 'media' | 'export' | 'erasure' | 'platform'
  /** One of what is counted: "file". */
  one: string
}

const row = (name: string, what: string, keep: string, after: string, began: string, one: string, promise?: string): Rule => ({
  name,
  what,
  keep,
  after,
  began,
  one,
  table: name,
  goes: 'row',
  ...(promise ? { promise } : {}),
})

/** A file is not due while a post that uses it is still to go out; else its term begins with the last thing that was done with it. */
const mediaBegan = `case
  when media.purged_at is not null then null
  when exists (select from post_media pm join targets t on t.post_id = pm.post_id where pm.media_id = media.id
    and t.state in ('scheduled', 'preparing', 'ready', 'sending', 'processing')) then null
  else greatest(media.uploaded_at,
    (select max(coalesce(t.published_at, t.state_at)) from post_media pm join targets t on t.post_id = pm.post_id where pm.media_id = media.id),
    (select max(p.updated_at) from post_media pm join posts p on p.id = pm.post_id where pm.media_id = media.id and p.state = 'draft'))
end`

export const rules: Rule[] = [
  // promise: R1
  {
    ...row('users', 'Accounts', '30 days', 'their deactivation', 'deactivated_at', 'account', 'R1'),
    name: 'accounts',
    goes: 'erasure',
  },
  // promise: R4
  {
    ...row(
      'media',
      'Uploaded media',
      '90 days',
      'the last post that uses the file was published; a file that no post used, or only a draft, after it was uploaded or the draft was last changed',
      mediaBegan,
      'file',
      'R4',
    ),
    goes: 'media',
  },
  // promise: R3
  { ...row('snapshots', 'Analytics snapshots', '24 months', 'they were taken', 'taken_at', 'snapshot', 'R3'), goes: 'month' },
  row('measured_targets', 'The newest numbers of a post', '24 months', 'they were taken', 'taken_at', 'post', 'R3'),
  row('account_snapshots', 'Snapshots of whole accounts', '24 months', 'they were taken', 'taken_at', 'snapshot', 'R3'),
  row('channel_days', 'Sums of a day', '24 months', 'the day', 'day::timestamptz', 'day', 'R3'),
  // promise: E5
  {
    ...row(
      'grants',
      'What a platform gave us of an account',
      '30 days',
      'CrateSocial was removed in the settings of the platform, unless it is connected again; its tokens go at once',
      "case when state = 'ended' and state_reason = 'removed' then ended_at end",
      'connection',
      'E5',
    ),
    name: 'removed',
    goes: 'platform',
  },
  row('limits', 'Limits that a platform has set us', '1 day', 'they ended', 'until', 'limit'),
  row('turns', 'Counts of calls to a platform', '1 day', 'the call', 'at', 'call'),
  row('sessions', 'Sessions', '1 day', 'they ended or were left unused', 'least(expires_at, ends_at)', 'session'),
  row('throttle', 'Counts of sign-in attempts', '1 day', 'they no longer count', 'reset_at', 'count'),
  row('password_resets', 'Password resets', '1 day', 'their link expired', 'expires_at', 'reset'),
  row('mail_links', 'Other links sent by mail', '1 day', 'they expired', 'expires_at', 'link'),
  row('connections_under_way', 'Connections that were begun and not finished', '1 day', 'their hour', 'expires_at', 'connection'),
  row(
    'invitations',
    'Invitations that nobody used',
    '30 days',
    'they expired or were revoked',
    'case when accepted_at is null then coalesce(revoked_at, expires_at) end',
    'invitation',
  ),
  row('attempts', 'Records of single sends to a platform', '24 months', 'they ended', 'ended_at', 'record'),
  row('events', 'The activity log of a workspace', '24 months', 'they were written', 'at', 'line'),
  row('outbox', 'Work that could not be handed over', '30 days', 'it was noted', 'created_at', 'note'),
  row('notices', 'Notices to people', '90 days', 'they were written', 'created_at', 'notice'),
  row(
    'policy_letters',
    'Records of who was mailed about a change of this policy',
    '24 months',
    'the mail',
    'mailed_at',
    'record',
    'L3',
  ),
  { ...row('exports', 'Files of an access request', '7 days', 'they were asked for', 'asked_at', 'file', 'E1'), goes: 'export' },
  row('deletion_requests', 'Status pages of deletion requests', '90 days', 'the last step', 'finished_at', 'page', 'E4'),
  row('sweeps', 'Records of these checks', '13 months', 'they were made', 'at', 'record'),
]

/** What has no term of its own, and what it lives with. Together with the rules these are all the tables there are. */
export const standing: Record<string, string> = {
  workspaces: 'until their last admin is deleted',
  memberships: 'as long as the person and the workspace',
  grants: 'until the account is disconnected; then without tokens, as long as the workspace',
  channels: 'as long as the workspace, or until the platform asks for deletion',
  posts: 'until they are deleted, as long as the workspace',
  post_media: 'as long as the post',
  targets: 'as long as the post',
  media_links: 'as long as the record of the file, so that its address says that it is gone',
  disconnections: 'as long as the connected account; its tokens only until they are revoked',
  measured_channels: 'as long as the connected account',
  workspace_days: 'as long as the sums of a day that it adds up',
  channel_months: 'as long as the sums of a day that it adds up',
  metric_names: 'for good: no personal data',
  installation: 'for good: no personal data',
  deletion_steps: 'as long as the status page of the request',
  revocations: 'tokens until the platform has answered, at most three days; the line as long as the status page',
  policy_versions: 'for good: no personal data',
  schema_version: 'for good: no personal data',
}

/** For how long Temporal keeps a workflow that has ended: ids, states and times, sealed. Set for its namespace at start. */
export const historyDays = 7

/** For how long lines of the log are kept at most. */
export const logDays = 14

/** The moment up to which terms are over. */
export const cutoffOf = async (sql: Db, rule: Rule, now: Date): Promise<Date> => {
  const [found] = await sql<{ at: Date }[]>`select ${now}::timestamptz - ${rule.keep}::interval as at`
  return found!.at
}

/** A rule may stand here before its table does. */
export const hasTable = async (sql: Db, table: string): Promise<boolean> => {
  const [found] = await sql<{ is: boolean }[]>`select to_regclass(${table}) is not null as is`
  return found!.is
}

/** Deletes at most `limit` rows whose term is over; rows that somebody holds are left for the next time. Returns how many. */
export const deleteDueRows = async (sql: Db, rule: Rule, cutoff: Date, limit: number): Promise<number> => {
  // With the table's oid: in a partitioned table a ctid alone names one row in each partition.
  const { count } = await sql`
    delete from ${sql(rule.table)} t using (
      select tableoid as part, ctid as place from ${sql(rule.table)}
      where (${sql.unsafe(rule.began)}) <= ${cutoff} limit ${limit} for update skip locked) due
    where t.tableoid = due.part and t.ctid = due.place`
  return count
}

// promise: R3
/** Months that lie before the cutoff as a whole are dropped with all their rows. Answers how many rows that were. */
export const dropDueMonths = (sql: Sql, cutoff: Date): Promise<number> =>
  tx(sql, async (t) => {
    const [due] = await t<{ rows: number }[]>`
      select count(*)::int as rows from snapshots where taken_at < date_trunc('month', ${cutoff}::timestamptz, 'UTC')`
    await t`select drop_snapshot_months(${cutoff})`
    return due!.rows
  })

/** Connections that were removed at their platform, with the posts on them. */
export const listDueGrants = async (
  sql: Db,
  rule: Rule,
  cutoff: Date,
  limit: number,
): Promise<{ id: string; targetIds: string[] }[]> =>
  sql`
    select id, array(select t.id from targets t join channels c on c.id = t.channel_id where c.grant_id = grants.id) as target_ids
    from grants where (${sql.unsafe(rule.began)}) <= ${cutoff} limit ${limit}`

export type Left = { count: number; oldestAt: Date | null }

/** How many rows are under a term, and when the oldest term began. */
export const whatIsLeft = async (sql: Db, rule: Rule): Promise<Left> => {
  const [left] = await sql<Left[]>`
    select count(*)::int as count, min(began) as oldest_at
    from (select (${sql.unsafe(rule.began)}) as began from ${sql(rule.table)}) as terms where began is not null`
  return left!
}

// promise: R4
/** From now on the addresses of these files answer 410; the bytes go next. */
export const purgeDueMedia = async (sql: Db, rule: Rule, cutoff: Date, limit: number, now: Date): Promise<number> => {
  const { count } = await sql`
    update media set purged_at = ${now} where id = any(array(
      select id from media where (${sql.unsafe(rule.began)}) <= ${cutoff} limit ${limit} for update skip locked))`
  return count
}

export type FilesToRemove = { id: string; keys: string[] }

/** Purged files whose bytes are still in the store, also those of a sweep that was interrupted. */
export const listFilesToRemove = async (sql: Db, limit: number): Promise<FilesToRemove[]> => sql<FilesToRemove[]>`
  select id, array_remove(array[store_key, thumbnail_key], null) as keys from media
  where purged_at is not null and files_removed_at is null order by purged_at limit ${limit}`

export const markFilesRemoved = async (sql: Db, ids: string[], now: Date): Promise<void> => {
  await sql`update media set files_removed_at = ${now} where id = any(${ids})`
}

/** Accounts whose term is over and that nobody erases yet. */
export const listDueAccounts = async (sql: Db, cutoff: Date, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from users u where deactivated_at <= ${cutoff}
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null) limit ${limit}`
  return rows.map((one) => one.id)
}
