import type { Context } from 'hono'
import { listReviews, type ReviewedPost } from '../../db/posts/reviews/queue.ts'
import { listApprovers } from '../../db/posts/reviews/settings.ts'
import type { MemberEnv, WebDeps, Workspace } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { titleOf } from '../posts/post-title.ts'
import { addDays, startOfWeek } from '../time/days.ts'
import { type Formats, formats } from '../time/formats.ts'
import { dateOf, startOfDay } from '../time/wall-time.ts'
import { mayDecide } from './acts.ts'

/** What the page shows: everything, or what is due in a week or a month. */
const spans = {
  all: 'Any time',
  week: 'This week',
  'next-week': 'Next week',
  month: 'This month',
  'next-month': 'Next month',
} as const
type SpanName = keyof typeof spans

/** The Reviews page: a column for each state, and what nobody asked about yet. */
export const loadReviews = async (
  deps: WebDeps,
  { workspace, user }: Context<MemberEnv>['var'],
  asked: string | undefined,
): Promise<View> => {
  const span: SpanName = asked && Object.hasOwn(spans, asked) ? (asked as SpanName) : 'all'
  const [posts, approvers] = await Promise.all([
    listReviews(deps.sql, workspace.id, boundsOf(span, workspace, deps.now())),
    listApprovers(deps.sql, workspace.id),
  ])
  const fmt = formats(workspace, deps.now())
  const cards = posts.map((post) => ({
    ...post,
    title: titleOf(post.text),
    letters: [...(post.text.match(/[\p{L}\p{N}]/u)?.[0] ?? '')].join('').toUpperCase(),
    badges: post.platforms.flatMap((name) => deps.platforms.platforms.get(name) ?? []),
    isLate: isLate(post),
    note: noteOf(post, fmt, deps.now()),
    mayDecide: mayDecide(approvers, { userId: user.id, editor: post.editor }),
  }))
  const inState = (...states: ReviewedPost['state'][]) =>
    cards.filter(({ state }) => states.includes(state)).sort(lateFirst)
  return {
    base: `/w/${workspace.slug}`,
    span,
    spans: Object.entries(spans).map(([name, label]) => ({ name, label })),
    columns: [
      { title: 'Waiting', tone: 'wait', cards: inState('waiting', 'held', 'edited') },
      { title: 'Changes requested', tone: 'need', cards: inState('changes') },
      { title: 'Approved', tone: '', cards: inState('approved') },
    ],
    unasked: inState(null),
    canApprove: cards.some((card) => card.mayDecide && isUndecided(card)),
  }
}

/** Whether it can be approved together with others. What is held needs a time first. */
const isUndecided = ({ state }: ReviewedPost): boolean =>
  state === 'waiting' || state === 'edited' || state === 'changes'

const isLate = ({ state, heldAt, dueAt }: ReviewedPost): boolean =>
  state === 'held' || (state === 'approved' && heldAt !== null && dueAt !== null && dueAt <= heldAt)

const lateFirst = (a: { isLate: boolean }, b: { isLate: boolean }): number =>
  Number(b.isLate) - Number(a.isLate)

const dayMs = 86_400_000

/** What happens next, in one line. */
const noteOf = (
  post: ReviewedPost,
  fmt: Formats,
  nowMs: number,
): { words: string; tone: string } => {
  const decided = post.decidedAt
    ? `${post.decidedBy ?? 'A former member'}, ${fmt.when(post.decidedAt)}`
    : ''
  if (isLate(post))
    return {
      tone: 'need',
      words:
        post.state === 'approved'
          ? `On hold: not approved in time. Approved by ${decided}`
          : 'On hold: not approved in time. Nothing was sent.',
    }
  switch (post.state) {
    case 'waiting': {
      const isSoon = post.dueAt !== null && post.dueAt.getTime() - nowMs < dayMs
      const who = post.stage === 'client' ? 'The client is asked' : 'Reviewers were asked'
      const asked = post.askedAt ? `${who} ${fmt.when(post.askedAt)}` : who
      return isSoon
        ? { tone: 'wait', words: 'Due soon. It won’t be published without approval.' }
        : { tone: '', words: asked }
    }
    case 'edited':
      return { tone: 'wait', words: 'Edited since it was approved' }
    case 'changes':
      return post.isChanged
        ? { tone: '', words: 'Edited since. Send it again when it’s ready.' }
        : { tone: '', words: decided }
    case 'approved':
    case 'held':
      return { tone: '', words: decided }
    case null:
      return { tone: '', words: post.author ?? '' }
  }
}

const boundsOf = (
  span: SpanName,
  { zone, dates }: Workspace,
  nowMs: number,
): { from: Date; to: Date } | null => {
  const today = dateOf(new Date(nowMs), zone)
  const between = (from: string, to: string) => ({
    from: startOfDay(from, zone),
    to: startOfDay(to, zone),
  })
  const week = startOfWeek(today, dates.weekStart)
  const month = `${today.slice(0, 7)}-01`
  const next = `${addDays(month, 31).slice(0, 7)}-01`
  switch (span) {
    case 'all':
      return null
    case 'week':
      return between(week, addDays(week, 7))
    case 'next-week':
      return between(addDays(week, 7), addDays(week, 14))
    case 'month':
      return between(month, next)
    case 'next-month':
      return between(next, `${addDays(next, 31).slice(0, 7)}-01`)
  }
}
