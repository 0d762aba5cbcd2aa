import type { MeasuredChannel } from '../db/measured-channels.ts'
import { type DuePost, listDuePosts, markAbsent, passOver } from '../db/measured-posts.ts'
import { savePostSnapshots } from '../db/snapshots.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { Measurer } from '../platforms/measurer.ts'
import type { GrantDeps } from './grants.ts'
import { askNumbers, measurerOf } from './measuring-round.ts'
import { nextMeasureAt } from './measuring-times.ts'

/** Of a limit, in percent, measuring takes no more once so much is used, by whatever: publishing is to find room. */
const enoughPercent = 50
/** So many calls for one account in a quarter of an hour; the rest is due at the next look. */
const mostBatches = 20

const dayMs = 86_400_000
/** A post that the platform did not show for so long is measured no more. Its lists lag, and posts are hidden for a while at times. */
const absentForMs = 3 * dayMs

/** The posts of an account that are due, a batch at a time. Answers what a person should know, if there is something. */
export const measurePosts = async (deps: GrantDeps, channel: MeasuredChannel, beat: () => void): Promise<string | null> => {
  const { batch } = measurerOf(deps, channel)
  let problem: string | null = null
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const posts = await listDuePosts(deps.sql, channel.channelId, new Date(deps.now()), batch)
    if (posts.length === 0) break
    const round = await measureBatch(deps, channel, posts)
    problem = round.problem ?? problem
    beat()
    if (round.usedPercent >= enoughPercent) break
  }
  return problem
}

type Round = { usedPercent: number; problem: string | null }

/** One call for all. When the platform refuses it for what it asks, each post is asked by itself, and only the refused ones are passed over. */
const measureBatch = async (deps: GrantDeps, channel: MeasuredChannel, posts: DuePost[]): Promise<Round> => {
  try {
    return { usedPercent: await measureTogether(deps, channel, posts), problem: null }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const [first] = posts
    if (first && posts.length === 1) {
      await passOver(deps.sql, passed(deps, channel, first))
      return { usedPercent: 0, problem: error.problem.words }
    }
  }
  const all: Round = { usedPercent: 0, problem: null }
  for (const post of posts) {
    const one = await measureBatch(deps, channel, [post])
    all.usedPercent = Math.max(all.usedPercent, one.usedPercent)
    all.problem = one.problem ?? all.problem
  }
  return all
}

const measureTogether = async (deps: GrantDeps, channel: MeasuredChannel, posts: DuePost[]): Promise<number> => {
  const told = await askNumbers(deps, channel, 'posts', (measurer, measuring) => measurer.posts(measuring, posts))
  const takenAt = new Date(deps.now())
  const shown = posts.flatMap((post) => {
    const numbers = told.result.get(post.platformPostId)
    return numbers ? [{ ...passed(deps, channel, post), numbers }] : []
  })
  const { channelId } = channel
  if (shown.length > 0) await savePostSnapshots(deps.sql, { channelId, takenAt, source: told.source, posts: shown })
  for (const post of posts)
    if (!told.result.has(post.platformPostId)) await markAbsent(deps.sql, absent(deps, channel, post), takenAt)
  return told.usedPercent
}

const timesOf = (measurer: Measurer, channel: MeasuredChannel, post: DuePost) => ({
  channelId: channel.channelId,
  publishedAt: post.publishedAt,
  toldForMs: measurer.toldForMs(post.kind),
})

const passed = (deps: GrantDeps, channel: MeasuredChannel, post: DuePost) => ({
  targetId: post.targetId,
  dueAt: post.dueAt,
  nextAt: nextMeasureAt(timesOf(measurerOf(deps, channel), channel, post), deps.now()),
})

/** Looked for once a day, until it is given up. */
const absent = (deps: GrantDeps, channel: MeasuredChannel, post: DuePost) => {
  const next = passed(deps, channel, post)
  const isOver = post.absentAt !== null && deps.now() - post.absentAt.getTime() >= absentForMs
  const tomorrow = new Date(deps.now() + dayMs)
  const nextAt = next.nextAt && next.nextAt < tomorrow ? next.nextAt : tomorrow
  return { ...next, nextAt: isOver || next.nextAt === null ? null : nextAt }
}
