import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { countReviews } from '../posts/reviews/open.ts'
import { countNeeds } from './needs.ts'
import { unseenNotices } from './notifications.ts'
import type { Pause } from './pauses.ts'

/** What every page of a workspace shows around its content. */
export type Frame = {
  /** How many items need attention. */
  needCount: number
  pause: Pause
  /** How many posts wait for approval or for changes. */
  reviews: number
  /** How many notices the person has not seen. */
  unseen: number
  /** Whether the first steps may still be open: see db/people/first-steps.ts. */
  hasSteps: boolean
}

/** A frame as columns of a row. `workspaceAt` and `installationAt` are its pause. */
export type FrameRow = Pause & {
  needCount: number | null
  unseen: number
  reviews: number
  hasSteps: boolean
}

/**
 * An SQL subquery with the frame of one workspace for the user `userId`, an expression. No row
 * unless the person is a member. Every page needs it, so it is part of the statement that reads the
 * session.
 */
export const frameIn = (
  sql: Db,
  { slug, userId }: { slug: string; userId: Fragment },
  now: Date,
): Fragment => sql`(
  select ${countNeeds(sql, sql`here.id`, now)} as need_count,
    ${unseenNotices(sql, { workspaceId: sql`here.id`, userId: sql`mine.user_id` })} as unseen,
    ${countReviews(sql, sql`here.id`)} as reviews, here.paused_at as workspace_at, i.paused_at as installation_at,
    here.set_up_at is null and mine.steps_dismissed_at is null as has_steps
  from workspaces here join memberships mine on mine.workspace_id = here.id cross join installation i
  where here.slug = ${slug} and here.erased_by is null and mine.user_id = ${userId})`

/** Null if there is none. */
export const readFrame = ({
  needCount,
  unseen,
  reviews,
  hasSteps,
  workspaceAt,
  installationAt,
}: FrameRow): Frame | null =>
  needCount === null
    ? null
    : { needCount, unseen, reviews, hasSteps, pause: { workspaceAt, installationAt } }

/** The frame alone. */
export const findFrame = async (
  sql: Db,
  ref: { slug: string; userId: string },
  now = new Date(),
): Promise<Frame | null> => {
  const [row] = await sql<FrameRow[]>`
    select * from ${frameIn(sql, { slug: ref.slug, userId: sql`${ref.userId}::uuid` }, now)} frame`
  return row ? readFrame(row) : null
}
