import { z } from 'zod'
import type { HistoryLine } from '../../db/posts/post-history.ts'
import { retryableStates, targetStates } from '../../db/posts/target-states.ts'
import type { Formats } from '../time/formats.ts'

/**
 * Target id → its label: the platform, or platform and account if several targets share a platform.
 */
export type Names = Map<string, string>

type Change = z.infer<typeof changeSchema>

const changeSchema = z.object({
  targetId: z.string(),
  changed: z.boolean(),
  refusal: z.string().nullable(),
  before: z.enum(targetStates),
})
const factsSchema = z.object({
  due_at: z.string().nullable().catch(null),
  changes: z.array(changeSchema).catch([]),
  times: z.record(z.string(), z.coerce.date()).catch({}),
  following: z.object({ count: z.number(), kept: z.number() }).nullable().catch(null),
})

/**
 * Describes the result of an action, from its audit line. Used right after the action and in the
 * history.
 */
export const actWords = (
  line: Pick<HistoryLine, 'name' | 'facts' | 'at'>,
  names: Names,
  fmt: Formats,
): string => {
  const { changes, due_at, times, following } = factsSchema.parse(line.facts)
  const done = changes.filter((change) => change.changed)
  const refused = changes.filter((change) => !change.changed && change.refusal !== null)
  const dueAt = due_at ? new Date(due_at) : null
  const soon = dueAt !== null && dueAt.getTime() - line.at.getTime() < 30_000
  const when = dueAt === null ? '' : soon ? 'now' : `for ${fmt.when(dueAt)}`
  const own = done.flatMap((change) => {
    const at = times[change.targetId]
    return at ? [`${names.get(change.targetId) ?? 'one account'} for ${fmt.when(at)}`] : []
  })
  return [
    own.length > 0
      ? `Scheduled: ${own.join(', ')}.`
      : headline(line.name, list(done, names), when, done.length, changes.length),
    refusals(line.name, refused, names),
    following ? followingWords(following) : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const headline = (name: string, who: string, when: string, done: number, all: number): string => {
  switch (name) {
    case 'post.drafted':
      return 'Saved as a draft.'
    case 'posts.imported':
      return 'Imported from a file.'
    case 'post.edited':
      return 'Saved.'
    case 'post.duplicated':
      return 'Duplicated as a new draft.'
    case 'post.scheduled':
      return done === 0
        ? ''
        : when === 'now'
          ? `Publishing now: ${who}.`
          : `Scheduled ${when}: ${who}.`
    case 'series.moved':
    case 'post.moved':
      if (all === 0) return `Draft planned ${when}.`
      return done === 0
        ? ''
        : when === 'now'
          ? `Publishing now: ${who}.`
          : `Rescheduled ${when}: ${who}.`
    case 'series.canceled':
    case 'post.canceled':
      if (done === 0) return 'Nothing was canceled.'
      return done === all
        ? 'Canceled. Nothing was sent.'
        : `${who}: canceled. Nothing was sent there.`
    case 'series.extended':
      return when === '' ? 'Made as a draft.' : `Made ${when}, because it repeats.`
    case 'series.changed':
      return `Changed with the posts before it${when === '' ? '' : `, ${when}`}.`
    case 'post.moved_undone':
      if (all === 0)
        return when === ''
          ? 'Moved back. The draft has no time.'
          : `Moved back. The draft is planned ${when}.`
      return done === 0 ? '' : `Moved back, scheduled ${when}: ${who}.`
    case 'post.canceled_undone':
      return done === 0 ? 'Nothing changed.' : `Scheduled again: ${who}.`
    case 'post.discarded':
      return 'Draft deleted.'
    case 'post.discarded_undone':
      return 'Draft restored.'
    case 'target.left_undone':
      return done === 0 ? 'Nothing changed.' : `${who}: needs attention again.`
    case 'target.bound':
      return done === 0 ? '' : `${who}: marked as published.`
    case 'target.sent_again':
      return done === 0 ? '' : `${who}: marked as not published. Publishing again now.`
    case 'target.left':
      return done === 0 ? '' : `${who}: dismissed.`
    case 'deletion.asked':
      return done === 0 ? '' : `${who}: being deleted there now.`
    case 'comment.sent_again':
      return done === 0 ? '' : `${who}: adding the first comment again now.`
    case 'comment.bound':
      return done === 0 ? '' : `${who}: first comment confirmed.`
    case 'comment.left':
      return done === 0 ? '' : `${who}: first comment dismissed.`
    case 'review.asked':
      return 'Sent for approval.'
    case 'review.approved':
      return who === '' || when === '' ? 'Approved.' : `Approved. Publishing now: ${who}.`
    case 'review.team_approved':
      return 'Approved by the team. The client is asked next.'
    case 'review.changes':
      return 'Changes requested.'
    case 'review.revoked':
      return 'Approval taken back. It won’t be published until it’s approved again.'
    case 'review.dismissed':
      return 'Dismissed.'
    case 'review.withdrawn':
      return 'Withdrawn from review.'
    case 'target.retried':
      return done === 0 ? '' : `${who}: publishing again now.`
    default:
      return ''
  }
}

/** What became of the posts that follow in the series. */
const followingWords = ({ count, kept }: { count: number; kept: number }): string => {
  const posts = (n: number) => (n === 1 ? '1 following post' : `${n} following posts`)
  const stays = kept === 1 ? 'was changed alone and stays as it is' : 'were changed alone and stay'
  return [
    count > 0 ? `Also changed: ${posts(count)}.` : 'No other posts follow yet.',
    kept > 0 ? `${posts(kept)} ${stays}.` : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/**
 * Such as "Instagram is already published." Leaves out targets that had ended before the cancellation.
 */
const refusals = (name: string, refused: Change[], names: Names): string =>
  refused
    .filter((change) => !(name === 'post.canceled' && retryableStates.includes(change.before)))
    .map((change) => `${names.get(change.targetId) ?? 'One account'} ${change.refusal}.`)
    .join(' ')

const list = (changes: Change[], names: Names): string => {
  const all = changes.map((change) => names.get(change.targetId) ?? 'one account')
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
