import type { AnyContext } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Seen } from './post-acts.ts'

/**
 * Forms about a post carry the version they were made from. Requests without a version are not
 * checked for conflicts.
 */
export const seenIn = (c: AnyContext, fields: Record<string, string>): Seen => ({
  postId: idParam(c, 'post'),
  version: readVersion(fields.version),
})

/** Returns 0 for anything that is not a number. No post has version 0. */
export const readVersion = (typed: string | undefined): number | null =>
  typed === undefined ? null : Number.parseInt(typed, 10) || 0
