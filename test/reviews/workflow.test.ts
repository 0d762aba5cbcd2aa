import { Context } from '@temporalio/activity'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createReviewingActivities } from '../../activities/reviews/reviewing.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { approveReview, revokeApproval } from '../../db/posts/reviews/decisions.ts'
import { askForReview } from '../../db/posts/reviews/reviews.ts'
import { notifyReview } from '../../temporal/start.ts'
import { progress, reviewWorkflowId } from '../../workflows/names.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'
import { createTimeSkippingTemporal } from '../support/servers/temporal.ts'

/** The review workflow over days: Temporal skips time, and the activities' clock follows. */

const hourMs = 3_600_000
const dayMs = 24 * hourMs

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

  /** A post that is due at 3 PM, days from now on the server's clock, and asked about. */
  const begin = async (days: number) => {
    const workspaceId = test.workspaces.northside
    const { targetId, postId } = await insertTarget(test.deps, {
      workspaceId,
      channelId,
      platform: 'facebook',
    })
    aheadMs = Math.max(aheadMs, (await temporal.now()) - Date.now())
    const dueAt = new Date(Math.floor((Date.now() + aheadMs) / dayMs) * dayMs)
    dueAt.setUTCDate(dueAt.getUTCDate() + days)
    dueAt.setUTCHours(15)
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

  const stepOf = async (postId: string) =>
    (await temporal.client.workflow.getHandle(reviewWorkflowId(postId)).query(progress)).step

  it('asks, reminds, tells the admins and holds the post, each once, with mails', {
    timeout: 90_000,
  }, async () => {
    const { postId, end } = await begin(4)
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
    const { postId, onPost, end } = await begin(4)
    // The server that skips time refuses to cancel an activity that has just ended, and then waits
    // for ever. So the signal comes when nothing runs.
    await vi.waitUntil(async () => (await stepOf(postId)) === 'wait', 10_000)
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
