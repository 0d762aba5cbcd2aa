import {
  dropOurs,
  type ElsewherePost,
  type ElsewhereReading,
  listDueElsewhere,
  noteListed,
  passElsewhere,
  saveElsewhere,
  saveOwnPosts,
} from '../../db/insights/elsewhere-posts.ts'
import type { MeasuredChannel } from '../../db/insights/measured-channels.ts'
import type { PlatformError } from '../../platforms/errors.ts'
import type { OwnPosts, OwnPostsAsked } from '../../platforms/measurer.ts'
import { soundNumbers, unsoundWords } from '../../platforms/sound-numbers.ts'
import { noteLimit } from '../limits.ts'
import { askNumbers, measurerOf, platformLabelOf, type RoundDeps, readBatch } from './round.ts'
import { nextAccountAt, nextMeasureAt } from './times.ts'

const dayMs = 86_400_000
/** How far back the account's own posts are listed. */
const listedMs = 90 * dayMs
/** Platforms' lists lag, so a list starts this long before the last one ended. */
const overlapMs = 2 * dayMs
/** Only this many of the newest posts are listed. Pages have different sizes and can be empty. */
const mostListed = 1_500
const mostPages = 100
/** The most batches in one run, which is every 15 minutes. The rest follows in the next run. */
const mostBatches = 10
/** How much later a post that the platform doesn't show is read again. */
const absentMs = 7 * dayMs

/**
 * promise: U3: lists the account's posts that were not made with CrateSocial once a day, and reads
 * their numbers at the same ages as our own posts.
 */
export const measureElsewhere = async (deps: RoundDeps, channel: MeasuredChannel, beat: () => void): Promise<string | null> => {
  if (channel.listAt && channel.listAt.getTime() <= deps.now()) await listOwnPosts(deps, channel, beat)
  const { batch } = measurerOf(deps, channel)
  let problem: string | null = null
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const posts = await listDueElsewhere(deps.sql, channel.channelId, new Date(deps.now()), batch)
    if (posts.length === 0) break
    problem =
      (await readBatch(
        posts,
        (some) => readTogether(deps, channel, some),
        (post) => passElsewhere(deps.sql, dueOf(deps, channel, post)),
      )) ?? problem
    beat()
  }
  return problem
}

/** Saves each page as it arrives, so that a later refusal doesn't lose the earlier pages. */
const listOwnPosts = async (deps: RoundDeps, channel: MeasuredChannel, beat: () => void): Promise<void> => {
  const { channelId, workspaceId, connectedAt, listedAt } = channel
  const begunAt = new Date(deps.now())
  const sinceMs = Math.max(begunAt.getTime() - listedMs, (listedAt?.getTime() ?? 0) - overlapMs)
  let next: string | null = null
  let listed = 0
  for (let pages = 0; pages < mostPages && listed < mostListed; pages += 1) {
    const result: OwnPosts = await askPage(deps, channel, { sinceMs, next })
    const posts = result.posts.filter((post) => post.publishedAt.getTime() >= sinceMs)
    await saveOwnPosts(deps.sql, { workspaceId, channelId, posts, now: begunAt })
    beat()
    listed += result.posts.length
    next = result.next
    if (next === null) break
  }
  await dropOurs(deps.sql, channelId)
  await noteListed(deps.sql, channelId, nextAccountAt(channelId, connectedAt, deps.now()), begunAt)
}

const askPage = async (deps: RoundDeps, channel: MeasuredChannel, asked: OwnPostsAsked): Promise<OwnPosts> =>
  (await askNumbers(deps, channel, (measurer, measuring) => measurer.ownPosts(measuring, asked))).result

const readTogether = async (deps: RoundDeps, channel: MeasuredChannel, posts: ElsewherePost[]): Promise<string | null> => {
  const asked = posts.map(({ platformPostId, kind }) => ({ platformPostId, kind, handles: {} }))
  const told = await askNumbers(deps, channel, (measurer, measuring) => measurer.posts(measuring, asked))
  const nowMs = deps.now()
  const odd: string[] = []
  const readings: ElsewhereReading[] = []
  const outages: PlatformError[] = []
  let problem = told.problem
  for (const post of posts) {
    const failure = told.unanswered.get(post.platformPostId)
    const due = dueOf(deps, channel, post)
    if (failure?.kind === 'unavailable' || failure?.kind === 'rate_limited') outages.push(failure)
    else if (failure) {
      await passElsewhere(deps.sql, due)
      problem = failure.problem.words
    } else {
      const given = told.result.get(post.platformPostId)
      const { sound, unsound } = soundNumbers(given ?? {})
      odd.push(...unsound)
      readings.push(
        given ? { ...due, numbers: sound } : { ...due, nextAt: due.nextAt && new Date(nowMs + absentMs), numbers: null },
      )
    }
  }
  await saveElsewhere(deps.sql, readings, told.source, new Date(nowMs))
  if (outages[0]) {
    await noteLimit(deps, channel.channelId, outages[0], 'reading')
    throw outages[0]
  }
  return problem ?? unsoundWords(platformLabelOf(deps, channel), odd)
}

const dueOf = (deps: RoundDeps, channel: MeasuredChannel, { id, dueAt, kind, publishedAt }: ElsewherePost) => {
  const times = { channelId: channel.channelId, publishedAt, toldForMs: measurerOf(deps, channel).toldForMs(kind) }
  return { id, dueAt, nextAt: nextMeasureAt(times, deps.now()) }
}
