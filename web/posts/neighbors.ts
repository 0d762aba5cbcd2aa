import type { Media } from '../../db/posts/media.ts'
import { countDueOn, listNeighbors, type Neighbor } from '../../db/posts/neighbors.ts'
import { isUnsent } from '../../db/posts/target-states.ts'
import { listTargets } from '../../db/posts/targets.ts'
import { conversionLeftMs, conversionWords } from '../../media/conversion-words.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import { type Formats, formats } from '../time/formats.ts'
import { titleOf } from './post-title.ts'

/** What is needed to check a post's time on one account. */
export type Planned = { channelId: string; accountName: string; platform: Platform; kind: string }
/** A note about the chosen time. It doesn't prevent scheduling. */
export type TimeNote = {
  words: string
  postId: string | null
  /** It is about another post that is close. */
  isClose?: true
}

/** A note if a file of the post will still be converted at its time, with how long that takes. */
export const conversionNote = (media: Media[], dueAt: Date, nowMs: number): TimeNote[] => {
  const waiting = media.filter((file) => file.conversion === 'waiting')
  const last = waiting.sort((a, b) => conversionLeftMs(b, nowMs) - conversionLeftMs(a, nowMs))[0]
  if (!last || dueAt.getTime() >= nowMs + conversionLeftMs(last, nowMs)) return []
  return [
    { words: `${conversionWords(last, nowMs)}. The post goes out once that’s done.`, postId: null },
  ]
}

/** Two posts on one account that are closer than this get a note. */
export const closeMs = 15 * 60_000

/**
 * Notes about other posts on the same accounts near a time, and about platform rate limits that
 * would delay this post.
 */
export const timeNotes = async (
  deps: WebDeps,
  post: { workspaceId: string; postId: string | null; dueAt: Date; planned: Planned[] },
  fmt: Formats,
): Promise<TimeNote[]> => {
  const { planned, ...at } = post
  if (planned.length === 0) return []
  const channelIds = planned.map((one) => one.channelId)
  const [close, paced] = await Promise.all([
    listNeighbors(deps.sql, { ...at, channelIds, withinMs: closeMs }),
    Promise.all(planned.map((one) => paceNote(deps, post, one, fmt))),
  ])
  const notes = close.flatMap((one) => closeNote(planned, one, post.dueAt, fmt))
  return [...notes, ...paced.filter((note) => note !== null)]
}

/**
 * Notes about delays of a scheduled post, from its current targets. Only what would make it late.
 */
export const lateWords = async (
  deps: WebDeps,
  workspace: Pick<Workspace, 'id' | 'zone' | 'dates'>,
  postId: string,
): Promise<string> => {
  const targets = await listTargets(deps.sql, { workspaceId: workspace.id, postId })
  const fmt = formats(workspace, deps.now())
  const notes = await Promise.all(
    targets.map(async (target) => {
      const platform = deps.platforms.platforms.get(target.platform)
      if (!platform || !isUnsent(target.state)) return null
      const one = {
        channelId: target.channelId,
        accountName: target.channelName,
        platform,
        kind: target.kind,
      }
      return paceNote(deps, { workspaceId: workspace.id, postId, dueAt: target.dueAt }, one, fmt)
    }),
  )
  return notes
    .map((note) => note?.words ?? '')
    .join(' ')
    .trim()
}

const closeNote = (
  planned: Planned[],
  { channelId, postId, text, dueAt }: Neighbor,
  at: Date,
  fmt: Formats,
): TimeNote[] => {
  const one = planned.find((other) => other.channelId === channelId)
  if (!one) return []
  const minutes = Math.round(Math.abs(dueAt.getTime() - at.getTime()) / 60_000)
  const apart =
    minutes === 0
      ? 'at the same time'
      : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${dueAt > at ? 'later' : 'earlier'}`
  const words = `${one.accountName} (${one.platform.label}) also publishes “${titleOf(text)}” ${fmt.when(dueAt)}, ${apart}.`
  return [{ words, postId, isClose: true }]
}

/**
 * A note if the platform's rate limit would delay the post because too many others are due in the
 * same period.
 */
const paceNote = async (
  deps: WebDeps,
  post: { workspaceId: string; postId: string | null; dueAt: Date },
  { channelId, platform, kind }: Planned,
  fmt: Formats,
): Promise<TimeNote | null> => {
  const pace = platform.kinds.find((one) => one.name === kind)?.pace
  if (!pace) return null
  const kinds = platform.kinds.filter((one) => one.pace).map((one) => one.name)
  const from = new Date(Math.floor(post.dueAt.getTime() / pace.perMs) * pace.perMs)
  const to = new Date(from.getTime() + pace.perMs)
  const others = await countDueOn(deps.sql, {
    workspaceId: post.workspaceId,
    postId: post.postId,
    channelId,
    kinds,
    from,
    to,
  })
  const late = Math.floor(others / pace.most)
  if (late === 0) return null
  const goesOut = new Date(from.getTime() + late * pace.perMs)
  const words = `${platform.label} accepts ${pace.most} posts a minute per account, so this one goes out ${fmt.when(goesOut)}.`
  return { words, postId: null }
}
