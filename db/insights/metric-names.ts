import { createHash } from 'node:crypto'
import type { NameRefusal } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'

/** Metric names that platforms refused. */
export type MetricScope = { platform: string; version: string }

/** Retired names by kind. Deletes refusals after 30 days, so that the names are requested again. */
export const listRetiredNames = async (
  sql: Db,
  { platform, version }: MetricScope,
  now: Date,
): Promise<{ kind: string; name: string }[]> => {
  await sql`
    delete from metric_names where platform = ${platform} and version = ${version}
      and coalesce(refused_at, suspected_at) <= ${now}::timestamptz - interval '30 days'`
  return await sql<{ kind: string; name: string }[]>`
    select kind, name from metric_names where platform = ${platform} and version = ${version} and refused_at is not null`
}

/**
 * The first refusal of a name makes it suspected. A refusal by another object of the same kind
 * retires it.
 */
export const noteRefusals = async (
  sql: Db,
  { platform, version }: MetricScope,
  refusals: NameRefusal[],
  now: Date,
): Promise<void> => {
  const rows = refusals.map(({ kind, name, object }) => ({
    kind,
    name,
    witness: witnessOf(object),
  }))
  await sql`
    insert into metric_names as known (platform, version, kind, name, witness, suspected_at, refused_at)
    select ${platform}, ${version}, kind, name, min(witness), ${now}::timestamptz,
      case when min(witness) <> max(witness) then ${now}::timestamptz end
    from jsonb_to_recordset(${sql.json(rows)}) as given(kind text, name text, witness text)
    group by kind, name order by kind, name
    on conflict (platform, version, kind, name) do update set refused_at = case
      when known.witness <> excluded.witness or excluded.refused_at is not null then ${now}::timestamptz else known.refused_at end`
}

/** A hash that is too short to identify the object. */
const witnessOf = (object: string): string =>
  createHash('sha256').update(object).digest('hex').slice(0, 8)
