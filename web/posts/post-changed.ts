import { listChannelsToCompose } from '../../db/channels/account-facts.ts'
import { commentDecidableIn } from '../../db/posts/comments/decisions.ts'
import { findPostNote } from '../../db/posts/drafts/notes.ts'
import { listPostLabels } from '../../db/posts/labels/labels.ts'
import { listPostHistory } from '../../db/posts/post-history.ts'
import { findPost, type PostRow } from '../../db/posts/posts.ts'
import { attentionStates } from '../../db/posts/target-states.ts'
import { transitions } from '../../db/posts/target-transitions.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { formats } from '../time/formats.ts'
import { actWords } from './act-words.ts'
import { mayDeleteThere } from './deletion-receipt.ts'
import { historyWords } from './history-words.ts'
import { actsOn, namesOf, textsOf } from './post-page.ts'
import { overallPill, type Pill, pillOf } from './post-state.ts'
import { titleOf } from './post-title.ts'

export type Changed = View & { targets: TargetRow[]; can: ReturnType<typeof actsOn> }

/**
 * The post as it is saved now, for a person whose form was made from an older version. Null if it
 * doesn't exist.
 */
export const loadChanged = async (
  deps: WebDeps,
  workspace: Workspace,
  postId: string,
): Promise<Changed | null> => {
  const ref = { workspaceId: workspace.id, postId }
  const post = await findPost(deps.sql, ref)
  if (!post) return null
  const [targets, labels, note, history] = await Promise.all([
    listTargets(deps.sql, ref),
    listPostLabels(deps.sql, ref),
    findPostNote(deps.sql, ref),
    listPostHistory(deps.sql, ref),
  ])
  const fmt = formats(workspace, deps.now())
  const names = namesOf(deps, targets)
  const lines = history.map((line) => ({
    words: actWords(line, names, fmt) || historyWords(line, names),
    who: line.userName,
    at: line.at,
  }))
  return {
    post,
    title: titleOf(post.text),
    pill: overallPill(post.state, targets, post.review),
    texts: textsOf(deps, post, targets),
    labels,
    internalNote: note,
    accounts: targets.length > 0 ? accountsSet(deps, targets) : await accountsChosen(deps, post),
    last: lines.find((line) => line.words !== '') ?? null,
    targets,
    can: actsOn(post, targets),
  }
}

type Account = { label: string; name: string; pill: Pill | null }

const accountsSet = (deps: WebDeps, targets: TargetRow[]): Account[] =>
  targets.map((target) => ({
    label: labelOf(deps, target.platform),
    name: target.channelName,
    pill: pillOf(target),
  }))

/** The chosen accounts of a draft, which has no targets yet. */
const accountsChosen = async (deps: WebDeps, post: PostRow): Promise<Account[]> => {
  const chosen = Object.keys(post.choices)
  const channels = await listChannelsToCompose(deps.sql, post.workspaceId, chosen)
  return channels
    .filter((channel) => chosen.includes(channel.id))
    .map((channel) => ({ label: labelOf(deps, channel.platform), name: channel.name, pill: null }))
}

const labelOf = (deps: WebDeps, platform: string): string =>
  deps.platforms.platforms.get(platform)?.label ?? platform

type AskedOfDeletion = 'deleteThere'
type AskedOfComment = 'commentAgain' | 'commentFound' | 'commentLeave'

/** The action that a person requested with an outdated form. */
export type Asked =
  | 'now'
  | 'cancel'
  | 'discard'
  | 'cancelOne'
  | 'retry'
  | 'again'
  | 'leave'
  | 'bind'
  | AskedOfComment
  | AskedOfDeletion

/**
 * The words after "You asked to …", the label of the button to ask again, and whether it is still
 * possible.
 */
export const askedWords = (
  asked: Asked,
  { can, targets }: Changed,
  targetId?: string,
): { words: string; button: string; possible: boolean } => {
  const target = targets.find((one) => one.id === targetId)
  const isOneOf = (...states: TargetRow['state'][]) =>
    target !== undefined && states.includes(target.state)
  const isCommentOneOf = (...states: TargetRow['commentState'][]) =>
    target !== undefined && target.state === 'published' && states.includes(target.commentState)
  switch (asked) {
    case 'now':
      return { words: 'publish it now', button: 'Publish now', possible: can.now }
    case 'cancel':
      return { words: 'cancel it', button: 'Cancel this post', possible: can.cancel }
    case 'discard':
      return { words: 'delete the draft', button: 'Delete draft', possible: can.discard }
    case 'cancelOne':
      return {
        words: `cancel it on ${target?.channelName ?? 'one account'}`,
        button: 'Cancel it there',
        possible: isOneOf(...transitions.cancel.from),
      }
    case 'retry':
      return {
        words: `publish it again on ${target?.channelName ?? 'one account'}`,
        button: 'Try again',
        possible: isOneOf(...transitions.retry.from),
      }
    case 'again':
      return {
        words: 'publish it again',
        button: 'Publish again',
        possible: isOneOf(...transitions.sendAgain.from),
      }
    case 'leave':
      return {
        words: 'dismiss it',
        button: 'Dismiss',
        possible: isOneOf(...attentionStates) && !target?.finishedAt,
      }
    case 'bind':
      return {
        words: 'confirm that it was published',
        button: 'Yes, it’s published',
        possible: isOneOf(...transitions.bind.from),
      }
    case 'deleteThere':
      return {
        words: `delete it on ${target?.channelName ?? 'one account'}`,
        button: 'Delete it there',
        possible: target !== undefined && mayDeleteThere(target),
      }
    case 'commentAgain':
      return {
        words: 'add the first comment again',
        button: 'Add it again',
        possible: isCommentOneOf(...commentDecidableIn.again),
      }
    case 'commentFound':
      return {
        words: 'confirm that the first comment is there',
        button: 'Yes, it’s there',
        possible: isCommentOneOf(...commentDecidableIn.found),
      }
    case 'commentLeave':
      return {
        words: 'dismiss the first comment',
        button: 'Dismiss',
        possible: isCommentOneOf(...commentDecidableIn.leave),
      }
  }
}
