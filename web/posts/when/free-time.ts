import type { Db } from '../../../db/postgres/connect.ts'
import { listTakenTimes } from '../../../db/posts/slots.ts'

type Wanted = {
  workspaceId: string
  postId: string | null
  channelIds: string[]
  dueAt: Date
  /** How far apart two posts on one account should be. */
  apartMs: number
}

const quarterMs = 15 * 60_000
const searchedMs = 24 * 3_600_000

/**
 * The next quarter of an hour after `dueAt` that is far enough from the other posts of these
 * accounts. Null if there is none within a day.
 */
export const findFreeTime = async (sql: Db, wanted: Wanted): Promise<Date | null> => {
  const { dueAt, apartMs, ...of } = wanted
  const [after, before] = [-apartMs, searchedMs + apartMs].map(
    (byMs) => new Date(dueAt.getTime() + byMs),
  ) as [Date, Date]
  const taken = await listTakenTimes(sql, { ...of, after, before })
  const firstMs = (Math.floor(dueAt.getTime() / quarterMs) + 1) * quarterMs
  for (let atMs = firstMs; atMs <= dueAt.getTime() + searchedMs; atMs += quarterMs)
    if (taken.every((one) => Math.abs(one.dueAt.getTime() - atMs) >= apartMs)) return new Date(atMs)
  return null
}
