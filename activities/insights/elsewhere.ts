import { dropOurs, noteListed, notePage, saveOwnPosts } from '../../db/insights/elsewhere-posts.ts'
import type { MeasuredChannel, UnfinishedList } from '../../db/insights/measured-channels.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { OwnPosts, OwnPostsAsked } from '../../platforms/measurer.ts'
import { ownPostsDays } from '../../platforms/own-post.ts'
import { measurePosts } from './posts.ts'
import { askNumbers, type RoundDeps } from './round.ts'
import { nextAccountAt } from './times.ts'

const dayMs = 86_400_000
const listedMs = ownPostsDays * dayMs
/** Platforms' lists lag, so a list starts this long before the last one began. */
const overlapMs = 2 * dayMs
/** The most pages in one run, which is every 15 minutes. The next run continues the list. */
const mostPages = 10

/**
 * promise: U3: lists the account's posts that were not made with CrateSocial once a day, and reads
 * their numbers like those of our own posts. Each has its own share of the limits.
 */
export const measureElsewhere = async (
  { list, others }: { list: RoundDeps; others: RoundDeps },
  channel: MeasuredChannel,
  beat: () => void,
): Promise<string | null> => {
  if (channel.listAt && channel.listAt.getTime() <= list.now())
    await listOwnPosts(list, channel, beat)
  return measurePosts(others, channel, 'elsewhere', beat)
}

/** Saves each page as it arrives, so that the next run continues after it whatever happens. */
const listOwnPosts = async (
  deps: RoundDeps,
  channel: MeasuredChannel,
  beat: () => void,
): Promise<void> => {
  const { channelId, workspaceId, connectedAt } = channel
  let list = channel.list ?? newList(channel, deps.now())
  for (let pages = 0; pages < mostPages; pages += 1) {
    const result = await askPage(deps, channel, list)
    const posts = result.posts.filter(({ publishedAt }) => publishedAt >= list.from)
    await saveOwnPosts(deps.sql, {
      workspaceId,
      channelId,
      posts,
      beganAt: list.beganAt,
      now: new Date(deps.now()),
    })
    beat()
    if (result.next === null) {
      await dropOurs(deps.sql, channelId)
      await noteListed(
        deps.sql,
        channelId,
        nextAccountAt(channelId, connectedAt, deps.now()),
        list.beganAt,
      )
      return
    }
    list = { ...list, next: result.next }
    await notePage(deps.sql, channelId, list, new Date(deps.now()))
  }
}

const newList = ({ listedAt }: MeasuredChannel, nowMs: number): UnfinishedList => ({
  from: new Date(Math.max(nowMs - listedMs, (listedAt?.getTime() ?? 0) - overlapMs)),
  beganAt: new Date(nowMs),
  next: null,
})

/** A cursor that the platform no longer accepts is forgotten, so that the list starts again. */
const askPage = async (
  deps: RoundDeps,
  channel: MeasuredChannel,
  list: UnfinishedList,
): Promise<OwnPosts> => {
  const asked: OwnPostsAsked = { sinceMs: list.from.getTime(), next: list.next }
  try {
    return (
      await askNumbers(deps, channel, (measurer, measuring) => measurer.ownPosts(measuring, asked))
    ).result
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'rejected' && list.next !== null)
      await notePage(deps.sql, channel.channelId, { ...list, next: null }, new Date(deps.now()))
    throw error
  }
}
