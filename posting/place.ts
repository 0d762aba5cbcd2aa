import type { TransactionSql } from 'postgres'
import type { ComposedMedia } from '../db/posts/composed-media.ts'
import type { HeldPost } from '../db/posts/post-locks.ts'
import { replacePostMedia } from '../db/posts/posts.ts'
import { requestRenditions } from '../db/posts/renditions.ts'
import { noteEdit, type readContent } from '../db/posts/reviews/reviews.ts'
import {
  scheduleTargets,
  type TargetChange,
  type TargetToSchedule,
} from '../db/posts/target-moves.ts'
import { wantedRendition } from '../media/recipes.ts'
import type { Platform } from '../platforms/platform.ts'

/**
 * `media`: null if the files can't be changed any more. `targets`: null for a draft. `edit`: what the post
 * was before, whose approval ends if that changes. `isAsked`: asks for approval also where none is needed.
 */
type Placed = {
  media: ComposedMedia[] | null
  targets: TargetToSchedule[] | null
  edit?: { userId: string; before: NonNullable<Awaited<ReturnType<typeof readContent>>> } | null
  isAsked?: boolean
}
type Account = { platform: Platform; kind: string }

/**
 * Gives a stored post its files and, unless it is a draft, its targets with the renditions they need.
 * The composer and a series use it, so that what they make is the same. */
export const placePost = async (
  t: TransactionSql,
  post: HeldPost,
  placed: Placed,
  renditionsFor: { accounts: Account[]; media: ComposedMedia[] },
): Promise<TargetChange[]> => {
  const { media, targets, edit, isAsked = false } = placed
  const ref = { workspaceId: post.workspaceId, postId: post.id }
  if (media) await replacePostMedia(t, ref, media)
  if (edit) await noteEdit(t, { ...ref, userId: edit.userId }, edit.before)
  if (!targets) return []
  const changes = await scheduleTargets(t, post, targets, { isAsked })
  await requestRenditions(t, post.workspaceId, renditionsOf(renditionsFor))
  return changes
}

/** What has to be made of the files for the accounts. Made now, so that no post waits for it. */
const renditionsOf = ({ accounts, media }: { accounts: Account[]; media: ComposedMedia[] }) =>
  accounts.flatMap(({ platform, kind }) =>
    media.flatMap((item) => wantedRendition(item, platform.pictureFor?.(kind)) ?? []),
  )
