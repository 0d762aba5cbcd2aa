import type { PostRow } from '../../../db/posts/posts.ts'
import { listOccurrencesAfter, seriesVersion } from '../../../db/posts/series/occurrences.ts'
import {
  findSeries,
  listRunningSeries,
  type SeriesRef,
  type SeriesRow,
} from '../../../db/posts/series/series.ts'
import { occurrenceTime } from '../../../posting/series/dates.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import { clockWords } from '../../time/dates.ts'
import { formats } from '../../time/formats.ts'
import { titleOf } from '../post-title.ts'
import { seriesWords } from './words.ts'

/** What a page says about the series of a post. `shift`: why its time isn't that of the series. */
export type Repeats = { seriesId: string; words: string; isRunning: boolean; shift: string | null }

export const repeatsOf = async (
  deps: WebDeps,
  workspace: Workspace,
  post: Pick<PostRow, 'seriesId' | 'occurrenceOn' | 'dueAt'>,
): Promise<Repeats | null> => {
  if (!post.seriesId) return null
  const ref = { workspaceId: workspace.id, seriesId: post.seriesId }
  const series = await findSeries(deps.sql, ref)
  return series && repeatsIn({ series, workspace, post })
}

/** The same of a series that was read already. */
export const repeatsIn = ({
  series,
  workspace,
  post,
}: {
  series: SeriesRow | null
  workspace: Workspace
  post: Pick<PostRow, 'occurrenceOn' | 'dueAt'> | null
}): Repeats | null =>
  series && {
    seriesId: series.id,
    words: seriesWords(series, workspace.dates),
    isRunning: series.endedAt === null,
    shift: post && shiftOf(series, workspace, post),
  }

/** Where the clocks skip the time of the series on the day of the post. */
const shiftOf = (
  series: SeriesRow,
  { dates }: Workspace,
  { occurrenceOn, dueAt }: Pick<PostRow, 'occurrenceOn' | 'dueAt'>,
): string | null => {
  if (!occurrenceOn || !dueAt) return null
  const made = occurrenceTime(series, occurrenceOn)
  const wanted = series.wallTime.replace(/:00$/, '')
  const shown = made.wallTime.slice(11)
  if (made.dueAt.getTime() !== dueAt.getTime() || shown === wanted) return null
  return `The clocks skip ${clockWords(wanted, dates)} on this day, so it goes out at ${clockWords(shown, dates)}.`
}

/** The series that run, for the page of the queue. */
export const seriesList = async (deps: WebDeps, workspace: Workspace): Promise<View[]> => {
  const running = await listRunningSeries(deps.sql, workspace.id)
  const fmt = formats(workspace, deps.now())
  return running.map((series) => ({
    id: series.id,
    title: titleOf(series.text),
    words: seriesWords(series, workspace.dates),
    time: timeWords(series, workspace),
    next: series.nextDueAt && fmt.when(series.nextDueAt),
  }))
}

const timeWords = ({ wallTime, zone }: SeriesRow, workspace: Workspace): string => {
  const time = clockWords(wallTime, workspace.dates)
  return zone === workspace.zone ? time : `${time} in ${zone}`
}

/** The page of one series. Null if the workspace has none. */
export const seriesView = async (
  deps: WebDeps,
  workspace: Workspace,
  ref: SeriesRef,
): Promise<View | null> => {
  const series = await findSeries(deps.sql, ref)
  if (!series) return null
  const posts = await listOccurrencesAfter(deps.sql, ref, new Date(deps.now()))
  return {
    series,
    version: await seriesVersion(deps.sql, ref),
    base: `/w/${workspace.slug}`,
    title: series.text ? titleOf(series.text) : 'Posts that repeat',
    words: seriesWords(series, workspace.dates),
    time: timeWords(series, workspace),
    posts: posts.map((post) => ({ ...post, words: stateWords(post) })),
    waiting: posts.filter((post) => post.state === 'scheduled' && !post.isCanceled).length,
  }
}

const stateWords = ({ state, isCanceled }: { state: string; isCanceled: boolean }): string =>
  state === 'draft' ? 'Draft' : isCanceled ? 'Canceled' : 'Scheduled'
