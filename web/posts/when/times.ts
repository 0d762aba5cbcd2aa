import type { Media } from '../../../db/posts/media.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import type { TargetRow } from '../../../db/posts/targets.ts'
import type { DateStyle } from '../../../text/date-style.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formats } from '../../time/formats.ts'
import { readWallTime, type WallTime } from '../../time/wall-time.ts'
import { closeMs, conversionNote, type Planned, type TimeNote, timeNotes } from '../neighbors.ts'
import type { PostForm } from '../post-form.ts'
import { type BestTime, findBestTime } from './best-time.ts'
import { eachItsOwn, faultOfFields } from './choice.ts'
import { findFreeTime } from './free-time.ts'
import { allAt, earliest, type Plan, planOf } from './plan.ts'
import { findSlots, type SlotChoice, type TakenSlot } from './slots.ts'

/** What the composer knows about the time of a post. */
export type Times = {
  /** When it was loaded. */
  now: Date
  /** Null while no time is typed, and if each account has its own. */
  time: WallTime | null
  /** When it goes out, by account. Accounts without a time are missing. */
  plan: Plan
  /** What the slot choices mean for the chosen accounts. */
  slots: Record<SlotChoice, TakenSlot[]>
  /** Null while no account is chosen. */
  best: BestTime | null
}

/** `planned`: the chosen accounts that it wasn't sent to. */
type Post = {
  workspace: Workspace
  post: PostRow | null
  targets: TargetRow[]
  form: PostForm
  planned: Planned[]
}

export const loadTimes = async (deps: WebDeps, of: Post): Promise<Times> => {
  const { workspace, post, targets, form } = of
  const channelIds = of.planned.map((one) => one.channelId)
  const nowMs = deps.now()
  const wanted = { workspace, channelIds, nowMs }
  const [slots, best] = await Promise.all([
    findSlots(deps.sql, { ...wanted, postId: post?.id ?? null }),
    channelIds.length > 0 ? findBestTime(deps.sql, wanted) : null,
  ])
  const now = new Date(nowMs)
  const time = timeIn(form, workspace.dates)
  const plan =
    form.act === 'now'
      ? allAt(channelIds, now)
      : planOf(channelIds, eachItsOwn(form.time), { time, slots, post, targets })
  return { now, time, plan, slots, best }
}

const timeIn = (form: PostForm, dates: DateStyle): WallTime | null => {
  if (form.time === '' || eachItsOwn(form.time)) return null
  const words = faultOfFields(form.time)
  return words
    ? { ok: false, words, choices: [] }
    : readWallTime(form.time, form.zone, form.fold, dates)
}

/**
 * Notes on each time of the plan. `freeTime`: if other posts are too close to the chosen time, the
 * next one that is far enough from them.
 */
export const loadTimeNotes = async (
  deps: WebDeps,
  { workspace, post, form, planned }: Post,
  { now, time, plan }: Times,
  media: Media[],
): Promise<{ timeNotes: TimeNote[]; freeTime: Date | null }> => {
  const ref = { workspaceId: workspace.id, postId: post?.id ?? null }
  const first = earliest(plan) ?? (time?.ok ? time.dueAt : now)
  const conversions = conversionNote(media, first, now.getTime())
  if (form.act === 'now') return { timeNotes: conversions, freeTime: null }
  const fmt = formats({ zone: form.zone, dates: workspace.dates }, now.getTime())
  const dueTimes = new Map([...plan.values()].map(({ dueAt }) => [dueAt.getTime(), dueAt]))
  const each = [...dueTimes].map(([atMs, dueAt]) => {
    const own = planned.filter((one) => plan.get(one.channelId)?.dueAt.getTime() === atMs)
    return timeNotes(deps, { ...ref, dueAt, planned: own }, fmt)
  })
  const notes = (await Promise.all(each)).flat()
  const channelIds = planned.map((one) => one.channelId)
  const freeTime =
    time?.ok && notes.some((note) => note.isClose)
      ? await findFreeTime(deps.sql, { ...ref, channelIds, dueAt: time.dueAt, apartMs: closeMs })
      : null
  return { timeNotes: [...conversions, ...notes], freeTime }
}
