import type { Sql } from '../../db/connect.ts'
import type { Problem } from '../../platforms/errors.ts'
import type { LedgerPost } from '../support/ledger.ts'
import { expiredAccount, refusalCodes } from './fault-plan.ts'
import type { Wanted } from './posts.ts'

/** What CrateSocial says of a post. */
export type Claim = {
  postId: string
  state: string
  platformPostId: string | null
  attemptNumber: number
  problem: Problem | null
  waitingFor: string | null
  confirmedBy: string | null
  /** Of its media, in the order of the post. */
  sha256: string[]
}

/** `faults`: what is wrong with it, in words; empty for a post that was treated honestly. */
export type Judged = { wanted: Wanted; claim: Claim | undefined; exists: number; lateMs: number | null; faults: Fault[] }
export type Fault = { sort: 'lost' | 'duplicated' | 'wronglyReported'; words: string }

export type Verdict = {
  judged: Judged[]
  /** Posts on the platforms that nobody asked for. */
  strangers: LedgerPost[]
  lost: number
  duplicated: number
  wronglyReported: number
  unconfirmed: number
  failed: number
  p99LateMs: number
}

export const readClaims = (sql: Sql): Promise<Claim[]> => sql<Claim[]>`
  select t.post_id, t.state, t.platform_post_id, t.attempt_number, t.problem, t.waiting_for, t.confirmed_by,
    array(select encode(m.sha256, 'hex') from post_media pm join media m on m.id = pm.media_id
      where pm.post_id = t.post_id order by pm.position) as sha256
  from targets t`

/** States after which nothing happens by itself any more. */
export const hasEnded = ({ state }: Pick<Claim, 'state'>): boolean =>
  ['published', 'failed', 'unconfirmed', 'missed', 'canceled'].includes(state)

/** The ledger alone says what exists; what CrateSocial says is held against it. */
export const judge = (wanted: Wanted[], claims: Claim[], ledger: LedgerPost[]): Verdict => {
  const claimOf = new Map(claims.map((claim) => [claim.postId, claim]))
  const seen = new Set<LedgerPost>()
  const judged = wanted.map((one) => {
    const claim = claimOf.get(one.postId)
    const posts = ledger.filter((post) => isOf(post, one, claim))
    for (const post of posts) seen.add(post)
    return judgeOne(one, claim, posts)
  })
  const count = (sort: Fault['sort']) => judged.filter(({ faults }) => faults.some((fault) => fault.sort === sort)).length
  const inState = (state: string) => judged.filter(({ claim }) => claim?.state === state).length
  const strangers = ledger.filter((post) => !seen.has(post))
  return {
    judged,
    strangers,
    lost: count('lost'),
    duplicated: count('duplicated') + strangers.length,
    wronglyReported: count('wronglyReported'),
    unconfirmed: inState('unconfirmed'),
    failed: inState('failed'),
    p99LateMs: percentile(
      judged.flatMap(({ lateMs }) => (lateMs === null ? [] : [lateMs])),
      0.99,
    ),
  }
}

/** Known by its mark; a story has no text and is known by its picture. */
const isOf = (post: LedgerPost, wanted: Wanted, claim: Claim | undefined): boolean =>
  wanted.kind.kind === 'story'
    ? post.media.some(({ sha256 }) => claim?.sha256.includes(sha256) && post.text === '')
    : post.text.includes(wanted.mark)

const judgeOne = (wanted: Wanted, claim: Claim | undefined, posts: LedgerPost[]): Judged => {
  const faults: Fault[] = []
  const find = (sort: Fault['sort'], words: string) => faults.push({ sort, words })
  if (posts.length > 1) find('duplicated', `exists ${posts.length} times`)
  if (!claim || !hasEnded(claim)) find('lost', `came to no end: ${claim?.state ?? 'no row'}, ${claim?.waitingFor ?? ''}`)
  else if (claim.state === 'missed' || claim.state === 'canceled') find('lost', `is said to be ${claim.state}`)
  else if (claim.state === 'published') judgePublished(claim, posts, find)
  else if (claim.state === 'failed') judgeFailed(wanted, claim, posts, find)
  const [first] = posts
  return { wanted, claim, exists: posts.length, lateMs: first ? first.commitCallAtMs - wanted.dueAt.getTime() : null, faults }
}

type Find = (sort: Fault['sort'], words: string) => void

const judgePublished = ({ platformPostId }: Claim, posts: LedgerPost[], find: Find): void => {
  if (posts.length === 0) find('lost', 'is said to be published and does not exist')
  else if (platformPostId && !posts.some(({ id }) => isSameId(id, platformPostId)))
    find('wronglyReported', `is said to be post ${platformPostId} and is ${posts.map(({ id }) => id).join(', ')}`)
}

const judgeFailed = (wanted: Wanted, { problem }: Claim, posts: LedgerPost[], find: Find): void => {
  if (posts.length > 0) find('wronglyReported', `is said to have failed (${problem?.code}) and exists`)
  const isExplained =
    problem !== null &&
    ((problem.kind === 'rejected' && refusalCodes.has(problem.code)) ||
      (problem.kind === 'reauthorize' && wanted.account === expiredAccount))
  if (!isExplained) find('wronglyReported', `failed for a reason that no fault explains: ${JSON.stringify(problem)}`)
}

/** Facebook writes one post as `{page}_{post}` or `{post}`. */
const isSameId = (a: string, b: string): boolean => a === b || a.endsWith(`_${b}`) || b.endsWith(`_${a}`)

const percentile = (values: number[], share: number): number => {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}
