import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tx } from '../../db/postgres/connect.ts'
import { claimTargets } from '../../db/posts/attempts.ts'
import { type HeldPost, lockPost } from '../../db/posts/post-locks.ts'
import { approveReview, requestChanges, revokeApproval } from '../../db/posts/reviews/decisions.ts'
import { askForReview, noteEdit, readContent } from '../../db/posts/reviews/reviews.ts'
import { holdReview } from '../../db/posts/reviews/steps.ts'
import { findTarget } from '../../db/posts/targets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { addMedia, connectAll } from '../support/posts.ts'

/** What the claim of a target requires of its review, by the database alone. */

let test: TestApp
let channelId: string
beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  channelId = (await connectAll(test.deps, who)).facebook
})
beforeEach(async () => {
  await test.sql`update workspaces set review_of = 'all'`
})

type Ready = { targetId: string; postId: string }
const ready = async (author?: string): Promise<Ready> => {
  const workspaceId = test.workspaces.northside
  const { targetId, postId } = await insertTarget(test.deps, {
    workspaceId,
    channelId,
    platform: 'facebook',
  })
  await test.sql`
    update targets set state = 'ready', handles_revision = revision, due_at = date_trunc('milliseconds', now()) where id = ${targetId}`
  await test.sql`update posts set state = 'scheduled', created_by = ${author ?? test.cast.manager.id} where id = ${postId}`
  return { targetId, postId }
}
const onPost = <T>(
  { postId }: Ready,
  work: (t: Parameters<typeof lockPost>[0], post: HeldPost) => Promise<T>,
) =>
  tx(test.sql, async (t) => {
    const post = await lockPost(t, { workspaceId: test.workspaces.northside, postId })
    if (!post) throw new Error('the post is gone')
    return work(t, post)
  })
const ask = (post: Ready, isAsked = false) =>
  onPost(post, (t, held) => askForReview(t, held, { isAsked }))
const approve = (post: Ready) => onPost(post, approveReview)
/** Makes it ready again after a decision that had it prepared anew. */
const prepare = ({ targetId }: Ready) =>
  test.sql`update targets set state = 'ready', handles_revision = revision where id = ${targetId}`
const isClaimed = async ({ targetId }: Ready): Promise<boolean> => {
  const target = await findTarget(test.sql, targetId)
  if (!target) throw new Error('the target is gone')
  const wish = { ...target, fingerprint: Buffer.alloc(32, 7), now: new Date() }
  const claimed = (await claimTargets(test.sql, [wish])).has(targetId)
  expect(target.isUnapproved).toBe(!claimed)
  return claimed
}

describe('promise D6: what may be claimed', () => {
  it('nothing, while approval is asked for, changes are requested, or nobody asked at all', async () => {
    const post = await ready()
    expect(await isClaimed(post)).toBe(false)
    expect(await ask(post)).toBe('waiting')
    expect(await isClaimed(post)).toBe(false)
    await onPost(post, requestChanges)
    await prepare(post)
    expect(await isClaimed(post)).toBe(false)
  })

  it('exactly what was approved: another text, setting, file, crop, alt text or order is not', async () => {
    const workspaceId = test.workspaces.northside
    const [first, second] = await Promise.all([
      addMedia(test.deps, workspaceId, test.cast.admin.id),
      addMedia(test.deps, workspaceId, test.cast.admin.id),
    ])
    const changes = [
      (post: Ready) => test.sql`update targets set text = 'Another' where id = ${post.targetId}`,
      (post: Ready) =>
        test.sql`update targets set link = 'https://other.example' where id = ${post.targetId}`,
      (post: Ready) =>
        test.sql`update targets set settings = '{"first_comment": "Hi"}' where id = ${post.targetId}`,
      (post: Ready) => test.sql`update targets set kind = 'reel' where id = ${post.targetId}`,
      (post: Ready) =>
        test.sql`update post_media set media_id = ${second} where post_id = ${post.postId}`,
      (post: Ready) =>
        test.sql`update post_media set edits = '{"crop": 1}' where post_id = ${post.postId}`,
      (post: Ready) =>
        test.sql`update post_media set alt_text = 'A cat' where post_id = ${post.postId}`,
      (post: Ready) => test.sql`delete from post_media where post_id = ${post.postId}`,
    ]
    for (const change of changes) {
      const post = await ready()
      await test.sql`
        insert into post_media (post_id, workspace_id, media_id, position) values (${post.postId}, ${workspaceId}, ${first}, 1)`
      await ask(post)
      await approve(post)
      await change(post)
      expect(await isClaimed(post)).toBe(false)
    }
    const same = await ready()
    await ask(same)
    await approve(same)
    await test.sql`update targets set due_at = date_trunc('milliseconds', now()) where id = ${same.targetId}` // a move
    expect(await isClaimed(same)).toBe(true)
  })

  it('not after an approval was revoked, even if the claim was under way and waited for the row', async () => {
    const post = await ready()
    await ask(post)
    await approve(post)
    const target = await findTarget(test.sql, post.targetId)
    const wish = { ...target!, fingerprint: Buffer.alloc(32, 7), now: new Date() }
    let claiming: ReturnType<typeof claimTargets> | undefined
    await onPost(post, async (t, held) => {
      await revokeApproval(t, held)
      claiming = claimTargets(test.sql, [wish])
      await expect
        .poll(async () => {
          const [row] = await t`select count(*)::int as n from pg_locks where not granted`
          return row?.n
        })
        .toBeGreaterThan(0)
    })
    expect((await claiming)?.size).toBe(0)
    await prepare(post)
    await approve(post)
    expect(await isClaimed(post)).toBe(true)
  })

  it('not what was held at its time, until a person gives it another one', async () => {
    const post = await ready()
    await ask(post)
    await holdReview(test.sql, { postId: post.postId, round: 1 }, new Date(Date.now() + 1_000))
    await approve(post)
    expect(await isClaimed(post)).toBe(false)
    await test.sql`update targets set due_at = date_trunc('milliseconds', now() + interval '2 seconds') where id = ${post.targetId}`
    expect(await isClaimed(post)).toBe(true)
  })

  it('posts of admins, where only those of managers need approval, unless a manager edited them since', async () => {
    await test.sql`update workspaces set review_of = 'managers'`
    const edit = (post: Ready, userId: string, text: string) =>
      onPost(post, async (t, { id: postId, workspaceId }) => {
        const before = await readContent(t, { workspaceId, id: postId })
        await t`update posts set text = ${text} where id = ${postId}`
        await noteEdit(t, { workspaceId, postId, userId }, before)
      })
    expect(await isClaimed(await ready())).toBe(false)
    expect(await isClaimed(await ready(test.cast.admin.id))).toBe(true)
    const edited = await ready(test.cast.admin.id)
    await edit(edited, test.cast.manager.id, 'Edited by a manager')
    expect(await isClaimed(edited)).toBe(false)
    await edit(edited, test.cast.admin.id, 'Edited by an admin')
    expect(await isClaimed(edited)).toBe(true)
    const moved = await ready(test.cast.admin.id)
    await edit(moved, test.cast.manager.id, 'x')
    await test.sql`update posts set edited_by = created_by where id = ${moved.postId}`
    await onPost(moved, async (t, { id: postId, workspaceId }) =>
      noteEdit(
        t,
        { workspaceId, postId, userId: test.cast.manager.id },
        await readContent(t, { workspaceId, id: postId }),
      ),
    )
    expect(await isClaimed(moved)).toBe(true) // saved without a change
  })

  it('everything, where approval is off, except posts for which somebody asked', async () => {
    await test.sql`update workspaces set review_of = 'off'`
    expect(await isClaimed(await ready())).toBe(true)
    const asked = await ready()
    expect(await ask(asked)).toBeNull()
    expect(await ask(asked, true)).toBe('waiting')
    expect(await isClaimed(asked)).toBe(false)
    await approve(asked)
    expect(await isClaimed(asked)).toBe(true)
  })

  it('only after the client too, where the team and the client approve', async () => {
    await test.sql`update workspaces set review_stages = 'both'`
    const post = await ready()
    await ask(post)
    expect(await approve(post)).toMatchObject({ state: 'waiting', stage: 'client' })
    expect(await isClaimed(post)).toBe(false)
    expect(await approve(post)).toMatchObject({ state: 'approved', stage: 'client' })
    expect(await isClaimed(post)).toBe(true)
    await test.sql`update workspaces set review_stages = 'team'`
  })
})
