import { createHash } from 'node:crypto'
import { group, mean } from 'd3-array'

/**
 * A post in the statistics. `stratum`: its account and format. `views`: views at the same age for
 * all posts.
 */
export type PostAtHour = { stratum: string; atMs: number; hourOfWeek: number; views: number }

/**
 * How posts of one hour of the week performed. Hour 0 is Monday 00:00. `ratio` is the geometric
 * mean of its posts against their neighbors: 1.4 is 40% more views than usual. `gain` is `ratio`
 * shrunk toward 1 to account for chance. `low` and `high` are 1.96 standard errors from it.
 * `stands`: it beats the best hour in 95 of 100 shuffles of the same posts.
 */
export type HourRating = {
  hourOfWeek: number
  posts: number
  ratio: number
  gain: number
  low: number
  high: number
  stands: boolean
  sinceMs: number
}

/** An hour with fewer posts can't stand out. */
export const enoughPosts = 5
/**
 * A post is compared with up to `most` neighbors, and not at all if there are fewer than `least`.
 */
const neighbors = { most: 16, least: 6 }
const shuffles = 400
/**
 * The quantile of the shuffles' best results that an hour must beat. Slightly above 0.95, because
 * comparing with neighbors removes part of the random variation.
 */
const surely = 0.985
const hoursOfWeek = 168

/**
 * Compares each post with a line fitted through its neighbors of the same account and format. This
 * removes growth and the usual level of the account and format. Hours are then tested together: an
 * hour stands out only if it beats the best hour in 95 of 100 shuffles of the same posts over the
 * same times. The same posts always give the same shuffles.
 */
export const rateHours = (posts: PostAtHour[]): HourRating[] => {
  const strata = [...group(posts, (post) => post.stratum).values()]
    .map(offsOf)
    .filter((offs) => offs.length > 0)
  const offs = strata.flat()
  if (offs.length === 0) return []
  const spread = Math.sqrt(
    offs.reduce((sum, one) => sum + one.off ** 2, 0) / Math.max(1, offs.length - 1),
  )
  const bound = boundOf(strata)
  const cells = [...group(offs, (one) => one.post.hourOfWeek)].map(([hourOfWeek, own]) => ({
    hourOfWeek,
    own,
    level: meanOf(own),
  }))
  return cells
    .map(({ hourOfWeek, own, level }): HourRating => {
      const error = spread / Math.sqrt(own.length)
      // Shrunk toward 0, because the best of many hours is partly luck.
      const middle = level === 0 ? 0 : level * Math.max(0, 1 - (error / level) ** 2)
      const half = 1.96 * error
      return {
        hourOfWeek,
        posts: own.length,
        ratio: Math.exp(level),
        gain: Math.exp(middle),
        low: Math.exp(middle - half),
        high: Math.exp(middle + half),
        stands: own.length >= enoughPosts && level * Math.sqrt(own.length) > bound,
        sinceMs: Math.min(...own.map((one) => one.post.atMs)),
      }
    })
    .sort((a, b) => a.hourOfWeek - b.hourOfWeek)
}

/** `off`: the logarithm of a post's views minus the value expected from its neighbors. */
type Off = { post: PostAtHour; off: number }

const offsOf = (posts: PostAtHour[]): Off[] => {
  const inOrder = posts
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((post) => ({ post, log: Math.log(Math.max(0, post.views) + 1) }))
  if (inOrder.length <= neighbors.least) return []
  return inOrder.map(({ post, log }, index) => {
    const first = Math.max(
      0,
      Math.min(index - neighbors.most / 2, inOrder.length - 1 - neighbors.most),
    )
    const around = inOrder
      .slice(first, first + neighbors.most + 1)
      .filter((one) => one.post !== post)
    return {
      post,
      off:
        log -
        lineAt(
          post.atMs,
          around.map((one) => [one.post.atMs, one.log]),
        ),
    }
  })
}

/** The value at `x` of the least-squares line through the points. */
const lineAt = (x: number, points: [number, number][]): number => {
  const [meanX, meanY] = [meanBy(points, ([px]) => px), meanBy(points, ([, py]) => py)]
  const across = points.reduce((sum, [px]) => sum + (px - meanX) ** 2, 0)
  const slope =
    across === 0
      ? 0
      : points.reduce((sum, [px, py]) => sum + (px - meanX) * (py - meanY), 0) / across
  return meanY + slope * (x - meanX)
}

/**
 * The threshold for an hour to stand out: the best result of a shuffle, at the quantile `surely`.
 * Posts are shuffled within their account and format.
 */
const boundOf = (strata: Off[][]): number => {
  const random = randomFrom(strata.flat())
  const drawn = strata.map((own) => ({
    hours: Uint8Array.from(own, (one) => one.post.hourOfWeek),
    offs: Float64Array.from(own, (one) => one.off),
  }))
  const counts = new Uint32Array(hoursOfWeek)
  for (const { hours } of drawn) for (const hour of hours) counts[hour]! += 1
  const bests = Array.from({ length: shuffles }, () => {
    const sums = new Float64Array(hoursOfWeek)
    for (const { hours, offs } of drawn) {
      shuffle(offs, random)
      for (let index = 0; index < offs.length; index++) sums[hours[index]!]! += offs[index]!
    }
    return sums.reduce(
      (best, sum, hour) =>
        counts[hour]! >= enoughPosts ? Math.max(best, sum / Math.sqrt(counts[hour]!)) : best,
      0,
    )
  })
  return bests.sort((a, b) => a - b)[Math.ceil(surely * shuffles) - 1] ?? Number.POSITIVE_INFINITY
}

const shuffle = (values: Float64Array, random: () => number): void => {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const kept = values[last]!
    values[last] = values[other]!
    values[other] = kept
  }
}

/**
 * Random numbers from 0 to 1 (mulberry32), seeded with the posts so that a page always shows the
 * same result.
 */
const randomFrom = (offs: Off[]): (() => number) => {
  let state = offs.reduce(
    (hash, { post }) => (Math.imul(hash, 31) + post.hourOfWeek + post.views) | 0,
    offs.length,
  )
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const meanOf = (offs: Off[]): number => meanBy(offs, (one) => one.off)
const meanBy = <T>(items: T[], value: (item: T) => number): number => mean(items, value) ?? 0

/**
 * A cache of ratings, newest last. A rating is small, but its shuffles are a large part of the cost
 * of a page.
 */
const rated = new Map<string, HourRating[]>()
const mostRated = 100

/** Cached for the same posts, because a page needs the rating again for each metric and range. */
export const rateHoursOnce = (posts: PostAtHour[]): HourRating[] => {
  const hash = createHash('sha256')
  for (const { stratum, atMs, hourOfWeek, views } of posts)
    hash.update(`${stratum} ${atMs} ${hourOfWeek} ${views}\n`)
  const key = hash.digest('base64')
  const rating = rated.get(key) ?? rateHours(posts)
  rated.delete(key)
  rated.set(key, rating)
  const [oldest] = rated.keys()
  if (rated.size > mostRated && oldest !== undefined) rated.delete(oldest)
  return rating
}
