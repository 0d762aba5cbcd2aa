import type { Client } from '@temporalio/client'
import type { Sql } from '../../../db/postgres/connect.ts'
import { taskQueue } from '../../../workflows/names.ts'

let runs = 0

/** Runs each schedule `measure-<shard>` that has accounts once, to its end. */
export const measureAll = async (sql: Sql, client: Client): Promise<void> => {
  const shards = await sql<
    { shard: number }[]
  >`select distinct measure_shard(id)::int as shard from channels order by 1`
  for (const { shard } of shards) {
    runs += 1
    const args = [{ shard, after: null, failed: 0 }]
    await client.workflow.execute('measureShard', {
      workflowId: `measure-${shard}-run-${runs}`,
      taskQueue,
      args,
    })
  }
}

/** The shard that measures an account. */
export const shardOf = async (sql: Sql, channelId: string): Promise<number> => {
  const [row] = await sql<{ shard: number }[]>`select measure_shard(${channelId}) as shard`
  return row!.shard
}
