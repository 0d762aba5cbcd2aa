import type { Db } from '../postgres/connect.ts'

/**
 * A version of everything that the workspace's Insights show. It changes in the same transaction as
 * the data. Read it before the data: then data is never older than its version.
 */
export const findNumberVersion = async (sql: Db, workspaceId: string): Promise<string> => {
  const [row] = await sql<{ version: string }[]>`
    select concat_ws(' ',
      (select coalesce(sum(version), 0) from number_versions where workspace_id = ${workspaceId}),
      (select coalesce(sum(hashtextextended(concat_ws(' ', platform, version, kind, name, refused_at), 0)), 0)
        from metric_names where refused_at is not null)) as version`
  return row!.version
}
