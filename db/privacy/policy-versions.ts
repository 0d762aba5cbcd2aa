import type { Db } from '../postgres/connect.ts'

/** promise: L3: versions of the policy, and who was notified of which. */
export type PublishedVersion = {
  version: string
  publishedOn: string
  material: boolean
  changes: string
}

/** Updates the table from the list in web/privacy/policy.ts. */
export const savePolicyVersions = async (sql: Db, versions: PublishedVersion[]): Promise<void> => {
  for (const { version, publishedOn, material, changes } of versions)
    await sql`
      insert into policy_versions (version, published_on, material, changes) values (${version}, ${publishedOn}, ${material}, ${changes})
      on conflict (version) do update set published_on = excluded.published_on, material = excluded.material, changes = excluded.changes`
}

/** Material versions that still have to be mailed to someone, oldest first. */
export const listUnannounced = async (sql: Db): Promise<string[]> => {
  const rows = await sql<{ version: string }[]>`
    select version from policy_versions where material and announced_at is null order by published_on, version`
  return rows.map((row) => row.version)
}

/**
 * Adds a message for everyone who has an account now and hasn't read this version. People who join
 * later see it with their invitation.
 */
export const addressLetters = async (sql: Db, version: string): Promise<void> => {
  await sql`
    insert into policy_letters (version, user_id) select v.version, u.id from policy_versions v, users u
    where v.version = ${version} and v.announced_at is null and u.policy_version is distinct from v.version
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null)
    on conflict do nothing`
}

export type PolicyEmail = {
  userId: string
  email: string
  name: string
  version: string
  changes: string
}

export const listPolicyEmails = async (
  sql: Db,
  version: string,
  limit: number,
): Promise<PolicyEmail[]> =>
  sql<PolicyEmail[]>`
    select u.id as user_id, u.email, u.name, v.version, v.changes
    from policy_letters l join users u on u.id = l.user_id join policy_versions v on v.version = l.version
    where l.version = ${version} and l.mailed_at is null order by l.user_id limit ${limit}`

export const markPolicyEmailed = async (
  sql: Db,
  message: { userId: string; version: string },
  now: Date,
): Promise<void> => {
  await sql`
    update policy_letters set mailed_at = ${now}
    where version = ${message.version} and user_id = ${message.userId} and mailed_at is null`
}

/** Marks the version as announced, unless a message is still unsent. */
export const markAnnounced = async (sql: Db, version: string, now: Date): Promise<void> => {
  await sql`
    update policy_versions set announced_at = ${now} where version = ${version} and announced_at is null
      and not exists (select from policy_letters where version = ${version} and mailed_at is null)`
}

/** Records that the person has seen this version. Until then, every page shows what changed. */
export const markPolicySeen = async (sql: Db, userId: string, version: string): Promise<void> => {
  await sql`update users set policy_version = ${version} where id = ${userId}`
}
