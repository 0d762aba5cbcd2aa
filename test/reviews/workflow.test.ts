import { Context } from '@temporalio/activity'
import { beforeAll, describe, expect, it } from 'vitest'
import { dueStepOf } from '../../activities/reviews/facts.ts'
import { createReviewingActivities } from '../../activities/reviews/reviewing.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { approveReview, revokeApproval } from '../../db/posts/reviews/decisions.ts'
import { askForReview } from '../../db/posts/reviews/reviews.ts'
import type { ReviewToDrive } from '../../db/posts/reviews/steps.ts'
import { notifyReview } from '../../temporal/start.ts'
import { reviewWorkflowId } from '../../workflows/names.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'
import { createTimeSkippingTemporal } from '../support/servers/temporal.ts'

/** The review workflow over days: Temporal skips time, and the activities' clock follows. */

const hourMs = 3_600_000
const noon = Date.UTC(2026, 5, 10, 12)
const review = (facts: Partial<ReviewToDrive> & { dueAt: Date }): ReviewToDrive => ({
  postId: 'post',
  workspaceId: 'workspace',
  state: 'waiting',
  stage: 'team',
  round: 1,
  toldAt: new Date(noon - 10 * 24 * hourMs),
  steps: [],
  isDraft: false,
  zone: 'Europe/Zurich',
  ...facts,
})
const at = (text: string) => Date.parse(text)
/** What happens from `nowMs` until the time of the post, and when. */
const storyOf = (row: ReviewToDrive, nowMs: number): [string, string][] => {
  const story: [string, string][] = []
  for (let now = nowMs, one = row; story.length < 10; ) {
    const step = dueStepOf(one, now)
    if (!step) return story
    now = Math.max(now, step.at)
    story.push([step.do, new Date(now).toISOString().slice(0, 16)])
    if (step.do === 'hold') return story
    one = { ...one, steps: step.reminders }
  }
  return story
}

describe('when a review reminds', () => {
  it('a day and two hours before, then the admins an hour before, then it holds the post', () => {
    const row = review({ dueAt: new Date('2026-06-11T14:00:00Z') })
    expect(storyOf(row, noon - 48 * hourMs)).toEqual([
      ['remind', '2026-06-10T14:00'],
      ['remind', '2026-06-11T12:00'],
      ['escalate', '2026-06-11T13:00'],
      ['hold', '2026-06-11T14:00'],
    ])
  })

  it('never at night: what falls into the night comes in the evening before, by the clock of the zone', () => {
    const early = review({ dueAt: new Date('2026-06-11T05:00:00Z') }) // 7 AM in Zurich
    expect(storyOf(early, at('2026-06-01T00:00:00Z'))).toEqual([
      ['remind', '2026-06-09T18:00'],
      ['remind', '2026-06-10T18:00'],
      ['escalate', '2026-06-10T18:00'],
      ['hold', '2026-06-11T05:00'],
    ])
    const there = review({ dueAt: new Date('2026-06-11T14:00:00Z'), zone: 'America/Los_Angeles' })
    expect(storyOf(there, at('2026-06-01T00:00:00Z'))[1]).toEqual(['remind', '2026-06-11T03:00'])
  })

  it('by the clock on both sides of a change to summer time', () => {
    const spring = review({
      dueAt: new Date('2026-03-29T05:00:00Z'), // 7 AM, on the day on which the clocks go forward
      toldAt: new Date('2026-03-01T00:00:00Z'),
    })
    expect(storyOf(spring, at('2026-03-20T00:00:00Z'))).toEqual([
      ['remind', '2026-03-27T19:00'],
      ['remind', '2026-03-28T19:00'],
      ['escalate', '2026-03-28T19:00'],
      ['hold', '2026-03-29T05:00'],
    ])
  })

  it('not about what had passed when it was asked, but tells the admins, and only the last of two late ones comes', () => {
    const short = review({ dueAt: new Date(noon + hourMs / 2), toldAt: new Date(noon) })
    expect(storyOf(short, noon)).toEqual([
      ['escalate', '2026-06-10T12:00'],
      ['hold', '2026-06-10T12:30'],
    ])
    const late = review({ dueAt: new Date(noon + 1.5 * hourMs) })
    expect(storyOf(late, noon).map(([what]) => what)).toEqual(['remind', 'escalate', 'hold'])
  })
})

describe('the review workflow', () => {
  let test: TestApp
  let channelId: string
  let temporal: Awaited<ReturnType<typeof createTimeSkippingTemporal>>
  let aheadMs = 0
  beforeAll(async () => {
    test = await createTestApp()
    const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
    channelId = (await connectAll(test.deps, who)).facebook
    await test.sql`update workspaces set review_of = 'all', zone = 'UTC'`
    temporal = await createTimeSkippingTemporal()
    const activities = createReviewingActivities({ sql: test.sql, now: () => Date.now() + aheadMs })
    await temporal.startWorker({
      activities: Object.fromEntries(
        Object.entries(activities).map(([name, run]) => [
          name,
          async (ref: { postId: string }) => {
            const nowMs = Context.current().info.currentAttemptScheduledTimestampMs
            aheadMs = Math.max(aheadMs, nowMs - Date.now())
            return run(ref)
          },
        ]),
      ),
    })
  }, 90_000)

  const begin = async (inMs: number) => {
    const workspaceId = test.workspaces.northside
    const { targetId, postId } = await insertTarget(test.deps, {
      workspaceId,
      channelId,
      platform: 'facebook',
    })
    const dueAt = new Date(Date.now() + aheadMs + inMs)
    await test.sql`update targets set due_at = ${dueAt} where id = ${targetId}`
    await test.sql`
      update posts set state = 'scheduled', created_by = ${test.cast.manager.id}, due_at = ${dueAt} where id = ${postId}`
    const onPost = <T>(
      work: (
        t: Parameters<typeof lockPost>[0],
        post: NonNullable<Awaited<ReturnType<typeof lockPost>>>,
      ) => Promise<T>,
    ) =>
      tx(test.sql, async (t) => {
        const post = await lockPost(t, { workspaceId, postId })
        if (!post) throw new Error('the post is gone')
        return work(t, post)
      })
    await onPost((t, post) => askForReview(t, post, { isAsked: false }))
    await notifyReview(temporal.client, postId)
    return {
      postId,
      targetId,
      onPost,
      end: () => temporal.client.workflow.getHandle(reviewWorkflowId(postId)).result(),
    }
  }
  const kindsOf = async (postId: string) => {
    const rows = await test.sql<{ kind: string }[]>`
      select kind from notices where post_id = ${postId} and user_id = ${test.cast.admin.id} order by id`
    return rows.map(({ kind }) => kind)
  }
  const stateOf = async (postId: string) =>
    (await test.sql<{ state: string }[]>`select state from reviews where post_id = ${postId}`)[0]
      ?.state

  it('asks, reminds, tells the admins and holds the post, each once, with mails', {
    timeout: 90_000,
  }, async () => {
    const { postId, end } = await begin(3 * 24 * hourMs)
    await end()
    expect(await stateOf(postId)).toBe('held')
    expect(await kindsOf(postId)).toEqual(['review', 'reminder', 'reminder', 'escalated', 'held'])
    const mails = await test.sql`
      select from outbox o join notices n on n.id = o.ref_id where o.kind = 'notice' and n.post_id = ${postId} and n.user_id = ${test.cast.admin.id}`
    expect(mails).toHaveLength(5)
  })

  it('ends when it is approved, and starts again when the approval is taken back', {
    timeout: 90_000,
  }, async () => {
    const { postId, onPost, end } = await begin(3 * 24 * hourMs)
    await onPost(approveReview)
    await notifyReview(temporal.client, postId)
    await end()
    expect(await stateOf(postId)).toBe('approved')
    await onPost(revokeApproval)
    await notifyReview(temporal.client, postId)
    await end()
    expect(await stateOf(postId)).toBe('held')
  })
})
