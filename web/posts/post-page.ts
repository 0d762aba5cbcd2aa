import type { AttemptRow } from '../../db/posts/attempts.ts'
import { findPostNote } from '../../db/posts/drafts/notes.ts'
import { listLabels } from '../../db/posts/labels/labels.ts'
import { findPostEvent, type HistoryLine } from '../../db/posts/post-history.ts'
import type { PostRow } from '../../db/posts/posts.ts'
import { attentionStates, isSent, isUnsent, undecidedStates } from '../../db/posts/target-states.ts'
import { mayStart } from '../../db/posts/target-transitions.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import { findWholePost } from '../../db/posts/whole-post.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import type { View } from '../http/render.ts'
import { numbersView, readingsOf } from '../insights/post-readings.ts'
import { loadPostReview } from '../reviews/post-review.ts'
import { type Formats, formats } from '../time/formats.ts'
import { actWords, type Names } from './act-words.ts'
import { isBeingDeleted, isDeleted } from './deletion-receipt.ts'
import { type CommentForm, discussionView } from './discussion/view.ts'
import { historyWords } from './history-words.ts'
import { lateWords } from './neighbors.ts'
import { inboxWords, overallPill, pillOf } from './post-state.ts'
import { titleOf } from './post-title.ts'
import { contentOf } from './preview/content.ts'
import { receiptOf } from './receipt.ts'
import { repeatsOf } from './series/view.ts'
import { canUndo } from './undoing.ts'

/**
 * Everything that a post's page shows. Null if the workspace has no such post. Doesn't need
 * Temporal.
 */
export const loadPostPage = async (
  deps: WebDeps,
  workspace: Workspace,
  postId: string,
  userId: string,
  { did, comment }: { did?: string | undefined; comment?: CommentForm } = {},
): Promise<View | null> => {
  const whole = await findWholePost(deps.sql, { workspaceId: workspace.id, postId, userId })
  if (!whole) return null
  const { post, targets, attempts, comments, media, labels, history, measured, readings } = whole
  const fmt = formats(workspace, deps.now())
  const names = namesOf(deps, targets)
  const base = `/w/${workspace.slug}`
  const [review, internalNote] = await Promise.all([
    loadPostReview(deps, workspace, { postId, userId, targets, fmt }),
    findPostNote(deps.sql, { workspaceId: workspace.id, postId }),
  ])
  const can = actsOn(post, targets)
  return {
    base,
    at: `${base}/posts/${postId}`,
    review,
    post,
    title: titleOf(post.text),
    pill: overallPill(post.state, targets, post.review),
    note: inboxWords(
      targets,
      (name) => deps.platforms.platforms.get(name)?.label ?? name,
      fmt.when,
    ),
    targets: targets.map((target) => {
      const own = measured.find(({ targetId }) => targetId === target.id)
      return {
        ...targetView(deps, target, attempts, fmt, names),
        comments: comments.filter(({ targetId }) => targetId === target.id),
        numbers: own ? numbersView(deps, readingsOf(own, readings), fmt) : null,
      }
    }),
    open: targets.some(
      (target) =>
        undecidedStates.includes(target.state) ||
        !target.finishedAt ||
        target.commentOpen ||
        isBeingDeleted(target),
    ),
    media,
    labels,
    internalNote,
    // Posts that can be edited have theirs in the composer.
    allLabels: can.edit ? [] : await listLabels(deps.sql, workspace.id),
    discussion: discussionView(whole.discussion, media, comment),
    content: contentOf({ post, targets, media }, textsOf(deps, post, targets), base),
    history: history.flatMap((line) => historyView(line, names, fmt)),
    answer: did ? await actAnswerOf(deps, workspace, did, names, fmt) : null,
    can,
    repeats: await repeatsOf(deps, workspace, post),
  }
}

/**
 * Target id → its platform, followed by the account's name if several targets share the platform.
 */
export const namesOf = (
  deps: WebDeps,
  targets: Pick<TargetRow, 'id' | 'platform' | 'channelName'>[],
): Names =>
  new Map(
    targets.map((target) => {
      const label = deps.platforms.platforms.get(target.platform)?.label ?? target.platform
      const alike = targets.filter((other) => other.platform === target.platform).length > 1
      return [target.id, alike ? `${label} · ${target.channelName}` : label]
    }),
  )

/** The result of an action, shown on the next page, and whether it can be undone. */
export type ActAnswer = { words: string; undo: { postId: string; eventId: string } | null }

/** Null if the URL names no action of this workspace. Only the person who acted can undo. */
export const actAnswerOf = async (
  deps: WebDeps,
  workspace: Workspace,
  eventId: string,
  names: Names | null,
  fmt: Formats,
): Promise<ActAnswer | null> => {
  if (!isId(eventId)) return null
  const line = await findPostEvent(deps.sql, { workspaceId: workspace.id, eventId })
  if (!line) return null
  const known =
    names ??
    namesOf(
      deps,
      await listTargets(deps.sql, { workspaceId: workspace.id, postId: line.subjectId }),
    )
  const late =
    line.name === 'post.moved' || line.name === 'post.scheduled'
      ? await lateWords(deps, workspace, line.subjectId)
      : ''
  const words = [actWords(line, known, fmt), late].filter((part) => part !== '').join(' ')
  if (words === '') return null
  return { words, undo: canUndo(line, deps.now()) ? { postId: line.subjectId, eventId } : null }
}

const targetView = (
  deps: WebDeps,
  target: TargetRow,
  attempts: AttemptRow[],
  fmt: Formats,
  names: Names,
): View => {
  const own = attempts.filter((attempt) => attempt.targetId === target.id)
  const platform = deps.platforms.platforms.get(target.platform)
  const kind = platform?.kinds.find((one) => one.name === target.kind)
  return {
    target,
    platform,
    name: target.channelHandle ? `@${target.channelHandle}` : target.channelName,
    label: names.get(target.id),
    kindLabel: kind?.label ?? target.kind,
    pill: pillOf(target),
    rows: receiptOf(target, own, {
      fmt,
      platform: platform?.label ?? target.platform,
      prepareAheadMs: kind?.prepareAheadMs ?? 0,
    }),
    attempts: own,
    canCancel: mayStart('cancel', target.state),
    canRetry: mayStart('retry', target.state),
    canDecide: mayStart('bind', target.state),
    canDelete: target.state === 'published' && !isBeingDeleted(target) && !isDeleted(target),
    canDecideComment: target.commentState === 'failed' || target.commentState === 'unconfirmed',
    canLeave: attentionStates.includes(target.state) && !target.finishedAt,
  }
}

/** The texts that differ from the post's text: by target, or by platform or account for a draft. */
export const textsOf = (
  deps: WebDeps,
  post: PostRow,
  targets: TargetRow[],
): { label: string; text: string }[] =>
  targets.length > 0
    ? targets
        .filter((target) => target.text !== post.text)
        .map((target) => ({
          label: deps.platforms.platforms.get(target.platform)?.label ?? target.platform,
          text: target.text,
        }))
    : Object.entries(post.variants).map(([platform, text]) => ({
        label: deps.platforms.platforms.get(platform)?.label ?? 'One account',
        text,
      }))

const historyView = (line: HistoryLine, names: Names, fmt: Formats): View[] => {
  const words = actWords(line, names, fmt) || historyWords(line, names)
  return words === '' ? [] : [{ at: line.at, words, who: line.userName }]
}

/** The actions that are possible now, for the buttons at the top of the page. */
export const actsOn = (post: PostRow, targets: TargetRow[]) => {
  const unsent = targets.filter((target) => isUnsent(target.state))
  const movable = targets.filter((target) => mayStart('move', target.state))
  return {
    edit: post.state === 'draft' || targets.some((target) => !isSent(target.state)),
    move: movable.length > 0,
    // What waits for approval can't be published at once.
    now: movable.length > 0 && (post.review === null || post.review === 'approved'),
    cancel: unsent.length > 0,
    cancelsRest:
      unsent.length > 0 &&
      unsent.length < targets.filter((target) => target.state !== 'canceled').length,
    discard: post.state === 'draft' && targets.length === 0,
  }
}
