import { describe, expect, test } from 'vitest'
import type { CountedComment } from '../../local/sandbox/ledger.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { createDice } from './faults/dice.ts'
import { kinds } from './kinds.ts'
import type { Wanted } from './posts.ts'
import { type Claim, judge } from './verdict.ts'

const [text] = kinds
const story = kinds.find(({ kind }) => kind === 'story')
if (!text || !story) throw new Error('the kinds are gone')

const dueAt = new Date(1_800_000_000_000)
const wanted: Wanted = {
  number: 1,
  mark: '[0001]',
  kind: text,
  account: 'Northside Records',
  dueAt,
  comment: true,
  postId: 'post-1',
}
const claim: Claim = {
  postId: 'post-1',
  state: 'published',
  platformPostId: '10_7',
  attemptNumber: 1,
  problem: null,
  waitingFor: null,
  confirmedBy: 'Facebook',
  commentOpen: false,
  commentState: 'published',
  commentId: '7_9',
  commentProblem: null,
  sha256: [],
}
const post = {
  platform: 'facebook',
  account: '10',
  id: '10_7',
  kind: 'text',
  text: 'out of the crate [0001]',
  link: null,
  media: [],
  createdAtMs: 0,
  commitCallAtMs: dueAt.getTime() + 40,
  permalink: null,
  visibility: 'public',
} satisfies LedgerPost
const comment: CountedComment = {
  ...{ platform: 'facebook', account: '10', id: '7_9', postId: '10_7' },
  ...{ text: 'First [0001]', createdAtMs: 0, callId: 2, copies: 1 },
}
const problem = {
  kind: 'rejected' as const,
  code: '100',
  subcode: null,
  words: '',
  traceId: null,
  retryAfterMs: null,
}
const countsOf = (
  claims: Claim[],
  ledger: LedgerPost[],
  asked = [wanted],
  comments = [comment],
) => {
  const { lost, duplicated, wronglyReported } = judge(asked, claims, ledger, comments)
  return { lost, duplicated, wronglyReported }
}

describe('the verdict of a chaos run', () => {
  test('accepts a post that exists once and is reported as published', () => {
    expect(countsOf([claim], [post])).toEqual({ lost: 0, duplicated: 0, wronglyReported: 0 })
    expect(judge([wanted], [claim], [post], [comment]).p99LateMs).toBe(40)
  })

  test('counts a post as lost if it is reported as published and does not exist', () => {
    expect(countsOf([claim], []).lost).toBe(1)
  })

  test('counts a post as lost if it never reaches a final state', () => {
    expect(countsOf([{ ...claim, state: 'sending' }], [post]).lost).toBe(1)
    expect(countsOf([], []).lost).toBe(1)
  })

  test('counts a post as duplicated if it exists twice or nobody requested it', () => {
    expect(countsOf([claim], [post, { ...post, id: '10_8' }]).duplicated).toBe(1)
    expect(countsOf([claim], [post, { ...post, text: 'another', id: '10_8' }]).duplicated).toBe(1)
  })

  test('identifies a story by its picture', () => {
    const media = [{ sha256: 'aa', contentType: 'image/jpeg', sizeBytes: 1, altText: null }]
    const told = [{ ...wanted, kind: story, comment: false }]
    const twin = { ...post, text: '', media }
    expect(
      countsOf([{ ...claim, sha256: ['aa'] }], [twin, { ...twin, id: '10_8' }], told, [])
        .duplicated,
    ).toBe(1)
  })

  test('counts a post as wrongly reported if it is reported as failed and exists', () => {
    expect(countsOf([{ ...claim, state: 'failed', problem }], [post]).wronglyReported).toBe(1)
  })

  test('accepts a failure only with a fault that explains it', () => {
    expect(
      countsOf([{ ...claim, state: 'failed', problem }], [], [wanted], []).wronglyReported,
    ).toBe(0)
    expect(
      countsOf(
        [{ ...claim, state: 'failed', problem: { ...problem, code: '42' } }],
        [],
        [wanted],
        [],
      ).wronglyReported,
    ).toBe(1)
  })

  test('counts a receipt that names another post as wrongly reported', () => {
    expect(countsOf([{ ...claim, platformPostId: '10_9' }], [post]).wronglyReported).toBe(1)
  })

  test('counts a first comment as duplicated if it exists twice, and as lost if it is reported as published and does not exist', () => {
    const twin = { ...comment, id: '7_10', copies: 2 }
    expect(countsOf([claim], [post], [wanted], [comment, twin]).duplicated).toBe(1)
    expect(countsOf([claim], [post], [wanted], []).lost).toBe(1)
    expect(countsOf([{ ...claim, commentOpen: true, commentState: 'sending' }], [post]).lost).toBe(
      1,
    )
  })

  test('counts a first comment as wrongly reported if it is reported as failed and exists, or if it names another comment', () => {
    const failed = { ...claim, commentState: 'failed', commentId: null, commentProblem: problem }
    expect(countsOf([failed], [post]).wronglyReported).toBe(1)
    expect(countsOf([failed], [post], [wanted], []).wronglyReported).toBe(0)
    expect(countsOf([{ ...claim, commentId: '7_1' }], [post]).wronglyReported).toBe(1)
    const open = { ...claim, commentState: 'unconfirmed', commentId: null }
    for (const comments of [[], [comment]])
      expect(countsOf([open], [post], [wanted], comments)).toEqual({
        lost: 0,
        duplicated: 0,
        wronglyReported: 0,
      })
  })

  test('counts a first comment as lost if it was never written and is no longer open', () => {
    const forgotten = { ...claim, commentState: null, commentId: null }
    expect(countsOf([forgotten], [post], [wanted], []).lost).toBe(1)
  })

  test('counts a first comment as wrongly reported if it is below another post, or its post is not reported as published', () => {
    expect(
      countsOf([claim], [post], [wanted], [{ ...comment, postId: '10_8' }]).wronglyReported,
    ).toBe(1)
    expect(countsOf([{ ...claim, state: 'unconfirmed' }], [post]).wronglyReported).toBe(1)
  })

  test('counts a comment that nobody requested as duplicated', () => {
    expect(
      countsOf([claim], [post], [wanted], [comment, { ...comment, id: '7_11', text: 'another' }])
        .duplicated,
    ).toBe(1)
    const without = { ...wanted, comment: false }
    expect(
      countsOf([{ ...claim, commentState: null, commentId: null }], [post], [without]).duplicated,
    ).toBe(1)
  })

  test('counts posts with a first comment, and comments that failed or are unconfirmed', () => {
    const counts = (commentState: string) => {
      const { comments, commentsFailed, commentsUnconfirmed } = judge(
        [wanted],
        [{ ...claim, commentState }],
        [post],
        [],
      )
      return { comments, commentsFailed, commentsUnconfirmed }
    }
    expect(counts('failed')).toEqual({ comments: 1, commentsFailed: 1, commentsUnconfirmed: 0 })
    expect(counts('unconfirmed')).toEqual({
      comments: 1,
      commentsFailed: 0,
      commentsUnconfirmed: 1,
    })
  })

  test('accepts an unconfirmed outcome, whether the post exists or not', () => {
    const open = { ...claim, state: 'unconfirmed', commentState: null, commentId: null }
    for (const ledger of [[], [post]])
      expect(countsOf([open], ledger, [wanted], [])).toEqual({
        lost: 0,
        duplicated: 0,
        wronglyReported: 0,
      })
  })
})

test('the same seed gives the same random numbers, and another seed gives others', () => {
  const throws = (seed: number, name: string) =>
    Array.from({ length: 20 }, createDice(seed, name).share)
  expect(throws(5, 'kills')).toEqual(throws(5, 'kills'))
  expect(throws(5, 'kills')).not.toEqual(throws(6, 'kills'))
  expect(throws(5, 'kills')).not.toEqual(throws(5, 'faults'))
})
