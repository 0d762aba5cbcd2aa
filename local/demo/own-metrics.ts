import { homes, type PostOrigin } from '../../db/insights/homes.ts'
import type { Db } from '../../db/postgres/connect.ts'
import type { Registry } from '../../platforms/index.ts'
import { summedNames } from '../../platforms/own-metrics.ts'
import type { SandboxControl } from './sandbox.ts'

type Deps = { sql: Db; control: SandboxControl; platforms: Registry['platforms'] }
type Filled = { id: string; platform: string; kind: string; platformPostId: string }
type Own = { name: string; value: number; average: boolean }

/**
 * Adds what the platforms declare besides the common numbers. The values come from the sandbox, so
 * that the next reading continues them. In earlier readings, sums grow with the views.
 */
export const fillOwnMetrics = async (
  { sql, control, platforms }: Deps,
  workspaceId: string,
): Promise<void> => {
  const here = await sql<Filled[]>`
    select m.target_id as id, t.platform, t.kind, t.platform_post_id from measured_targets m join targets t on t.id = m.target_id
    where m.workspace_id = ${workspaceId} and m.views > 0`
  const elsewhere = await sql<Filled[]>`
    select e.id, c.platform, e.kind, e.platform_post_id from elsewhere_posts e join channels c on c.id = e.channel_id
    where e.workspace_id = ${workspaceId} and e.views > 0`
  for (const [made, posts] of Object.entries({ here, elsewhere }) as [PostOrigin, Filled[]][])
    for (const post of posts) {
      const declared =
        platforms
          .get(post.platform)
          ?.measure.ownMetrics.filter(({ names }) => names[post.kind] !== undefined) ?? []
      if (declared.length === 0) continue
      const path = `/ledger/posts/${post.platform}/${post.platformPostId}/numbers`
      const ledger = await control.get<Record<string, unknown>>(path)
      const own = declared.flatMap(({ name, names, acrossPosts }): Own[] => {
        const value = ledger[names[post.kind] ?? '']
        return typeof value === 'number'
          ? [{ name, value, average: acrossPosts === 'average' }]
          : []
      })
      await write(sql, made, post.id, own, Math.max(1, Number(ledger.views)))
    }
  const summed = [...platforms.values()].flatMap(({ measure }) => summedNames(measure.ownMetrics))
  await sql`select write_own_gains(array(select id from channels where workspace_id = ${workspaceId}), ${summed})`
}

const write = async (
  sql: Db,
  made: PostOrigin,
  id: string,
  own: Own[],
  views: number,
): Promise<void> => {
  const { table, key, ref } = homes[made]
  const more = sql`coalesce((
    select jsonb_object_agg(o.name, case when o.average then o.value else floor(o.value * least(1, views::float8 / ${views})) end)
    from jsonb_to_recordset(${sql.json(own)}) as o(name text, value float8, average bool)), '{}')`
  await sql`update snapshots set more = ${more} where ${sql(ref)} = ${id} and views > 0`
  await sql`update ${sql(table)} set more = ${more} where ${sql(key)} = ${id}`
}
