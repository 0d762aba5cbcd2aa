import type { PostOrigin } from '../../db/insights/homes.ts'
import { type MeasuredChannel, noteNotGiven } from '../../db/insights/measured-channels.ts'
import {
  type DuePost,
  listDuePosts,
  markAbsent,
  passOver,
} from '../../db/insights/measured-posts.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { isBoundAlready, replacePostId } from '../../db/posts/targets.ts'
import type { PlatformError } from '../../platforms/errors.ts'
import {
  type Measurer,
  type Numbers,
  type PostMetric,
  postMetrics,
} from '../../platforms/measurer.ts'
import { inWholeMilliseconds, summedNames } from '../../platforms/own-metrics.ts'
import { soundNumbers, unsoundWords } from '../../platforms/sound-numbers.ts'
import type { GrantDeps } from '../channels/tokens.ts'
import { noteLimit } from '../limits.ts'
import { askNumbers, measurerOf, platformLabelOf, type RoundDeps, readBatch } from './round.ts'
import { nextMeasureAt } from './times.ts'

/**
 * The most batches for an account in one run, which is every 15 minutes. The rest is read in the
 * next run.
 */
const mostBatches = 20
/** Small batches fit into what is left of the limit that posts not made here may use. */
const elsewhereBatch = 20

const dayMs = 86_400_000
/**
 * How long a post that the platform doesn't show is read daily, because lists lag. After that it is
 * read weekly, because posts may be hidden for a while.
 */
const absentDailyMs = 3 * dayMs

/**
 * Reads the due posts of an account in batches: those made here, or the others. Returns a problem
 * that people should know about, or null.
 */
export const measurePosts = async (
  deps: RoundDeps,
  channel: MeasuredChannel,
  made: PostOrigin,
  beat: () => void,
): Promise<string | null> => {
  const { channelId } = channel
  const { batch } = measurerOf(deps, channel)
  const limit = made === 'here' ? batch : Math.min(batch, elsewhereBatch)
  let problem: string | null = null
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const posts = await listDuePosts(deps.sql, {
      channelId,
      made,
      now: new Date(deps.now()),
      limit,
    })
    if (posts.length === 0) break
    problem =
      (await readBatch(
        posts,
        (some) => measureTogether(deps, channel, made, some),
        (post) => passOver(deps.sql, made, passed(deps, channel, post)),
      )) ?? problem
    beat()
  }
  return problem
}

/**
 * Saves the received numbers before it throws an outage or a limit. Posts without an answer stay
 * due.
 */
const measureTogether = async (
  deps: RoundDeps,
  channel: MeasuredChannel,
  made: PostOrigin,
  posts: DuePost[],
): Promise<string | null> => {
  const told = await askNumbers(deps, channel, (measurer, measuring) =>
    measurer.posts(measuring, posts),
  )
  const takenAt = new Date(deps.now())
  const { channelId } = channel
  const measurer = measurerOf(deps, channel)
  const odd: string[] = []
  const shown = posts.flatMap((post) => {
    const numbers = told.result.get(post.platformPostId)
    if (!numbers) return []
    const { sound, unsound } = soundNumbers(inWholeMilliseconds(measurer.ownMetrics, numbers))
    odd.push(...unsound.map((name) => wordsOf(measurer, name)))
    return [{ ...passed(deps, channel, post), ...apart(measurer, sound) }]
  })
  if (shown.length > 0) {
    await savePostSnapshots(deps.sql, {
      channelId,
      made,
      takenAt,
      source: told.source,
      summed: summedNames(measurer.ownMetrics),
      posts: shown,
    })
    await noteNotGiven(deps.sql, channelId, { given: givenBy(shown), notGiven: told.notGiven })
  }
  let problem = told.problem ?? unsoundWords(platformLabelOf(deps, channel), odd)
  const outages: PlatformError[] = []
  for (const post of posts) {
    const failure = told.unanswered.get(post.platformPostId)
    if (failure?.kind === 'unavailable' || failure?.kind === 'rate_limited') outages.push(failure)
    else if (failure) {
      await passOver(deps.sql, made, passed(deps, channel, post))
      problem = failure.problem.words
    } else if (!told.result.has(post.platformPostId))
      await markAbsent(deps.sql, made, absent(deps, channel, post), takenAt)
    if (made === 'here')
      await repairId(deps, channelId, post, told.betterIds.get(post.platformPostId))
  }
  if (outages[0]) {
    await noteLimit(deps, channelId, outages[0], 'reading')
    throw outages[0]
  }
  return problem
}

type Apart = { numbers: Partial<Record<PostMetric, number>>; more: Record<string, number> }

/**
 * The metrics that have columns, and the platform's own. Throws for one that its folder doesn't
 * declare, because pages would have no label and no unit for it.
 */
const apart = ({ ownMetrics }: Measurer, given: Numbers): Apart => {
  const [numbers, more]: [Apart['numbers'], Apart['more']] = [{}, {}]
  for (const [name, value] of Object.entries(given)) {
    const metric = postMetrics.find((one) => one === name)
    if (value === undefined) continue
    if (metric) numbers[metric] = value
    else if (ownMetrics.some((one) => one.name === name)) more[name] = value
    else throw new Error(`the metric ${name} is not declared by its platform`)
  }
  return { numbers, more }
}

/** How a person reads the metric. */
const wordsOf = ({ ownMetrics }: Measurer, name: string): string =>
  ownMetrics.find((one) => one.name === name)?.label.toLowerCase() ?? name

const givenBy = (shown: Apart[]): string[] => [
  ...new Set(shown.flatMap(({ numbers, more }) => Object.keys({ ...numbers, ...more }))),
]

/** Replaces a post's id with the better one, unless another post of CrateSocial already has it. */
const repairId = async (
  deps: GrantDeps,
  channelId: string,
  post: DuePost,
  better: string | undefined,
): Promise<void> => {
  if (!better) return
  try {
    await replacePostId(deps.sql, {
      channelId,
      targetId: post.id,
      known: post.platformPostId,
      better,
    })
  } catch (error) {
    if (!isBoundAlready(error)) throw error
  }
}

const timesOf = (measurer: Measurer, channel: MeasuredChannel, post: DuePost) => ({
  channelId: channel.channelId,
  publishedAt: post.publishedAt,
  toldForMs: measurer.toldForMs(post.kind),
})

const passed = (deps: GrantDeps, channel: MeasuredChannel, post: DuePost) => ({
  id: post.id,
  dueAt: post.dueAt,
  nextAt: nextMeasureAt(timesOf(measurerOf(deps, channel), channel, post), deps.now()),
})

/**
 * The next time to look for a post that the platform doesn't show: daily, then weekly, as long as
 * numbers are kept.
 */
const absent = (deps: GrantDeps, channel: MeasuredChannel, post: DuePost) => {
  const next = passed(deps, channel, post)
  const isLong = post.absentAt !== null && deps.now() - post.absentAt.getTime() >= absentDailyMs
  const nextLook = new Date(deps.now() + (isLong ? 7 : 1) * dayMs)
  if (next.nextAt === null) return next
  return { ...next, nextAt: !isLong && next.nextAt < nextLook ? next.nextAt : nextLook }
}
