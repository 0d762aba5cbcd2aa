import { group, median } from 'd3-array'
import { mostTimedPosts } from '../../db/insights/post-numbers.ts'
import type { WebDeps } from '../http/env.ts'
import type { Insights } from './page.ts'

/**
 * A format of one platform: its number of posts, and the median views of the `read` posts that have
 * a reading at 7 days.
 */
type FormatRow = {
  platform: string
  label: string
  posts: number
  read: number
  median: number | null
}
export type FormatsView = {
  rows: FormatRow[]
  /** The median of all formats together. */
  median: number | null
  read: number
  /** True if only the newest posts were included. */
  isCut: boolean
}

/** With fewer readings at 7 days, no median is shown. */
const leastPosts = 3

/**
 * Views in the first 7 days by platform and format. Views at the same age make old and new posts
 * comparable, and a median limits the effect of a single success. Platforms count views
 * differently, so formats are compared only within a platform.
 */
export const formatsOf = (
  deps: WebDeps,
  { timedPosts, accounts, range }: Insights,
): FormatsView | null => {
  const platformOf = new Map(accounts.map((one) => [one.id, one.platform]))
  const own = timedPosts.filter(({ day }) => day >= range.from && day <= range.to)
  if (own.length === 0) return null
  const groups = group(
    own,
    (post) => platformOf.get(post.channelId) ?? '',
    (post) => post.kind,
  )
  const rows = [...groups].flatMap(([name, kinds]) => {
    const platform = deps.platforms.platforms.get(name)
    const ofPlatform = [...kinds].map(([kind, posts]): FormatRow => {
      const views = posts.flatMap((post) => post.viewsAtWeek ?? [])
      return {
        platform: platform?.label ?? name,
        label: platform?.kinds.find((one) => one.name === kind)?.label ?? kind,
        posts: posts.length,
        read: views.length,
        median: views.length >= leastPosts ? (median(views) ?? null) : null,
      }
    })
    return ofPlatform.sort((a, b) => (b.median ?? -1) - (a.median ?? -1) || b.posts - a.posts)
  })
  const views = own.flatMap((post) => post.viewsAtWeek ?? [])
  return {
    rows,
    median: views.length >= leastPosts ? (median(views) ?? null) : null,
    read: views.length,
    isCut: timedPosts.length >= mostTimedPosts && (timedPosts.at(-1)?.day ?? '') > range.from,
  }
}
