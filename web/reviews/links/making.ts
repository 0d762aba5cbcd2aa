import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { lockWorkspace } from '../../../db/postgres/workspace-lock.ts'
import { type FormKey, keepFormKey, takeFormKey } from '../../../db/posts/form-keys.ts'
import { lockPosts } from '../../../db/posts/post-locks.ts'
import {
  countReviewLinks,
  endReviewLink,
  insertReviewLink,
  type LinkScope,
} from '../../../db/posts/review-links/links.ts'
import { askForReview } from '../../../db/posts/reviews/reviews.ts'
import type { WebDeps } from '../../http/env.ts'
import { hashPassword } from '../../people/sign-in/passwords.ts'

/** Review links of a workspace that work. */
export const reviewLinksMax = 100

type By = { workspaceId: string; userId: string }
export type LinkToMake = {
  name: string
  scope: LinkScope
  /** Empty: none. */
  passphrase: string
  weeks: number
}

/**
 * Makes a link and returns its code, for the only answer that shows it. Asks for approval of chosen
 * posts about which nobody did yet. If the form is sent twice, the person sees the second answer, so
 * the link of the first is ended. Null if `reviewLinksMax` links of the workspace work.
 */
export const makeLink = async (
  deps: WebDeps,
  by: By,
  { name, scope, passphrase, weeks }: LinkToMake,
  formKey: FormKey | null,
): Promise<string | null> => {
  const passphraseHash = passphrase === '' ? null : await hashPassword(passphrase)
  return tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const { workspaceId } = by
    const before = formKey && (await takeFormKey(t, formKey))
    if (before) await endReviewLink(t, { workspaceId, linkId: before.subjectId }, now)
    const posts = 'postIds' in scope ? await lockPosts(t, workspaceId, scope.postIds) : new Map()
    await lockWorkspace(t, workspaceId)
    if ((await countReviewLinks(t, workspaceId, now)) >= reviewLinksMax) return null
    for (const post of posts.values())
      if (post.review === null && post.state !== 'discarded') {
        await askForReview(t, post, { isAsked: true })
        const facts = { changes: [] }
        await recordEvent(t, { name: 'review.asked', ...by, subjectId: post.id, facts })
      }
    const expiresAt = new Date(now.getTime() + weeks * 7 * 86_400_000)
    const link = { ...by, name, scope, passphraseHash, expiresAt, now }
    const { id, code } = await insertReviewLink(t, link)
    if (formKey) await keepFormKey(t, formKey, { subjectId: id })
    await recordEvent(t, { name: 'review_link.made', ...by, subjectId: id })
    return code
  })
}

/** Ends a link at once. Returns whether there was one. */
export const revokeLink = (deps: WebDeps, by: By, linkId: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const ref = { workspaceId: by.workspaceId, linkId }
    if (!(await endReviewLink(t, ref, new Date(deps.now())))) return false
    await recordEvent(t, { name: 'review_link.revoked', ...by, subjectId: linkId })
    return true
  })
