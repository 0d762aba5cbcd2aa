import type { Db } from './connect.ts'

/** Names of numbers that platforms refused. */
export type MetricScope = { platform: string; version: string; about: 'posts' | 'account' }

/** Names that are not asked now. Those refused more than a month ago are forgotten with this: asked again, and here again if refused again. */
export const listRefusedNames = async (
  sql: Db,
  { platform, version, about }: MetricScope,
  now: Date,
): Promise<ReadonlySet<string>> => {
  await sql`
    delete from metric_names where platform = ${platform} and version = ${version} and about = ${about}
      and refused_at <= ${now}::timestamptz - interval '30 days'`
  const rows = await sql<{ name: string }[]>`
    select name from metric_names where platform = ${platform} and version = ${version} and about = ${about}`
  return new Set(rows.map((row) => row.name))
}

export const rememberRefusedNames = async (
  sql: Db,
  { platform, version, about }: MetricScope,
  names: string[],
  now: Date,
): Promise<void> => {
  await sql`
    insert into metric_names (platform, version, about, name, refused_at)
    select distinct ${platform}, ${version}, ${about}, name, ${now}::timestamptz from unnest(${names}::text[]) as name
    on conflict (platform, version, about, name) do update set refused_at = excluded.refused_at`
}
