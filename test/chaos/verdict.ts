import type { Sql } from '../../db/postgres/connect.ts'
import type { CountedComment } from '../../local/sandbox/ledger.ts'
import type { Problem } from '../../platforms/errors.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { expiredAccount, refusalCodes } from './faults/fault-plan.ts'
import { commentOf, type Wanted } from './posts.ts'

/** What CrateSocial reports about a post. */
export type Claim = {
  postId: string
  state: string
  platformPostId: string | null
  attemptNumber: number
  problem: Problem | null
  waitingFor: string | null
  confirmedBy: string | null
  commentOpen: boolean
  commentState: string | null
  commentId: string | null
  commentProblem: Problem | null
  /** The hashes of its media, in order. */
  sha256: string[]
}

/** `faults`: what is wrong, in words. Empty if the post was handled correctly. */
type Judged = {
  wanted: Wanted
  claim: Claim | undefined
  exists: number
  lateMs: number | null
  faults: Fault[]
}
type Fault = { sort: 'lost' | 'duplicated' | 'wronglyReported'; words: string }

export type Verdict = {
  judged: Judged[]
  /** Posts on the platforms that nobody requested. */
  strangers: LedgerPost[]
  /** Comments on the platforms that nobody requested. */
  strayComments: CountedComment[]
  lost: number
  duplicated: number
  wronglyReported: number
  unconfirmed: number
  failed: number
  /** Posts with a first comment. */
  comments: number
  commentsUnconfirmed: number
  commentsFailed: number
  p99LateMs: number
}

export const readClaims = (sql: Sql): Promise<Claim[]> => sql<Claim[]>`
  select t.post_id, t.state, t.platform_post_id, t.attempt_number, t.problem, t.waiting_for, t.confirmed_by,
    t.comment_open, t.comment_state, t.comment_id, t.comment_problem,
    array(select encode(m.sha256, 'hex') from post_media pm join media m on m.id = pm.media_id
      where pm.post_id = t.post_id order by pm.position) as sha256
  from targets t`

/** Whether the state is final without someone's help. */
export const hasEnded = ({ state, commentOpen }: Pick<Claim, 'state' | 'commentOpen'>): boolean =>
  !commentOpen && ['published', 'failed', 'unconfirmed', 'missed', 'canceled'].includes(state)

/** Only the ledger says what exists. What CrateSocial reports is compared with it. */
export const judge = (
  wanted: Wanted[],
  claims: Claim[],
  ledger: LedgerPost[],
  comments: CountedComment[],
): Verdict => {
  const claimOf = new Map(claims.map((claim) => [claim.postId, claim]))
  const seen = new Set<LedgerPost>()
  const judged = wanted.map((one) => {
    const claim = claimOf.get(one.postId)
    const posts = ledger.filter((post) => isOf(post, one, claim))
    for (const post of posts) seen.add(post)
    return judgeOne(one, claim, posts, comments)
  })
  const count = (sort: Fault['sort']) =>
    judged.filter(({ faults }) => faults.some((fault) => fault.sort === sort)).length
  const inState = (state: string) => judged.filter(({ claim }) => claim?.state === state).length
  const commentIs = (state: string) =>
    judged.filter(({ claim }) => claim?.commentState === state).length
  const strangers = ledger.filter((post) => !seen.has(post))
  const wantedComments = wanted.filter(({ comment }) => comment)
  const texts = new Set(wantedComments.map(({ mark }) => commentOf(mark)))
  const strayComments = comments.filter(({ text }) => !texts.has(text))
  return {
    judged,
    strangers,
    strayComments,
    lost: count('lost'),
    duplicated: count('duplicated') + strangers.length + strayComments.length,
    wronglyReported: count('wronglyReported'),
    unconfirmed: inState('unconfirmed'),
    failed: inState('failed'),
    comments: wantedComments.length,
    commentsUnconfirmed: commentIs('unconfirmed'),
    commentsFailed: commentIs('failed'),
    p99LateMs: percentile(
      judged.flatMap(({ lateMs }) => (lateMs === null ? [] : [lateMs])),
      0.99,
    ),
  }
}

/** Identified by its mark. A story has no text and is identified by its picture. */
const isOf = (post: LedgerPost, wanted: Wanted, claim: Claim | undefined): boolean =>
  wanted.kind.kind === 'story'
    ? post.media.some(({ sha256 }) => claim?.sha256.includes(sha256) && post.text === '')
    : post.text.includes(wanted.mark)

const judgeOne = (
  wanted: Wanted,
  claim: Claim | undefined,
  posts: LedgerPost[],
  comments: CountedComment[],
): Judged => {
  const faults: Fault[] = []
  const find = (sort: Fault['sort'], words: string) => faults.push({ sort, words })
  if (posts.length > 1) find('duplicated', `exists ${posts.length} times`)
  if (!claim || !hasEnded(claim))
    find('lost', `came to no end: ${claim?.state ?? 'no row'}, ${claim?.waitingFor ?? ''}`)
  else if (claim.state === 'missed' || claim.state === 'canceled')
    find('lost', `is said to be ${claim.state}`)
  else if (claim.state === 'published') judgePublished(claim, posts, find)
  else if (claim.state === 'failed') judgeFailed(wanted, claim, posts, find)
  if (claim && wanted.comment) judgeComment(wanted, claim, posts, comments, find)
  const [first] = posts
  return {
    wanted,
    claim,
    exists: posts.length,
    lateMs: first ? first.commitCallAtMs - wanted.dueAt.getTime() : null,
    faults,
  }
}

type Find = (sort: Fault['sort'], words: string) => void

const judgePublished = ({ platformPostId }: Claim, posts: LedgerPost[], find: Find): void => {
  if (posts.length === 0) find('lost', 'is said to be published and does not exist')
  else if (platformPostId && !posts.some(({ id }) => isSameId(id, platformPostId)))
    find(
      'wronglyReported',
      `is said to be post ${platformPostId} and is ${posts.map(({ id }) => id).join(', ')}`,
    )
}

/** Finds first comments that were lost, written twice or below another post, or wrongly reported. */
const judgeComment = (
  wanted: Wanted,
  claim: Claim,
  posts: LedgerPost[],
  comments: CountedComment[],
  find: Find,
): void => {
  const own = comments.filter(({ text }) => text === commentOf(wanted.mark))
  if (own.length > 1) find('duplicated', `its first comment exists ${own.length} times`)
  for (const { postId } of own)
    if (!posts.some(({ id }) => isSameId(id, postId)))
      find('wronglyReported', `its first comment is below post ${postId}`)
  if (claim.state !== 'published') {
    if (own.length > 0)
      find('wronglyReported', `has a first comment and is said to be ${claim.state}`)
    return
  }
  if (claim.commentState === null && !claim.commentOpen)
    find('lost', 'its first comment was forgotten')
  if (claim.commentState === 'published' && own.length === 0)
    find('lost', 'its first comment is said to be there and is not')
  if (claim.commentState === 'failed' && own.length > 0)
    find('wronglyReported', 'its first comment is said to have failed')
  if (claim.commentId && own[0] && claim.commentId !== own[0].id)
    find(
      'wronglyReported',
      `its first comment is said to be ${claim.commentId} and is ${own[0].id}`,
    )
  if (claim.commentState === 'failed' && !isExplained(wanted, claim.commentProblem))
    find(
      'wronglyReported',
      `its first comment failed for no reason of a fault: ${JSON.stringify(claim.commentProblem)}`,
    )
}

const judgeFailed = (wanted: Wanted, { problem }: Claim, posts: LedgerPost[], find: Find): void => {
  if (posts.length > 0)
    find('wronglyReported', `is said to have failed (${problem?.code}) and exists`)
  if (!isExplained(wanted, problem))
    find(
      'wronglyReported',
      `failed for a reason that no fault explains: ${JSON.stringify(problem)}`,
    )
}

const isExplained = (wanted: Wanted, problem: Problem | null): boolean =>
  problem !== null &&
  ((problem.kind === 'rejected' && refusalCodes.has(problem.code)) ||
    (problem.kind === 'reauthorize' && wanted.account === expiredAccount))

/** Facebook uses both `{page}_{post}` and `{post}` for the same post. */
const isSameId = (a: string, b: string): boolean =>
  a === b || a.endsWith(`_${b}`) || b.endsWith(`_${a}`)

const percentile = (values: number[], share: number): number => {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}
