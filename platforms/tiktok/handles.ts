import { z } from 'zod'
import type { JsonRecord } from '../json.ts'
import type { Publication } from '../platform.ts'

/**
 * Stored between the steps of a publication. The upload URL contains a credential and is encrypted
 * (promise: S3).
 */
export type TiktokHandles = {
  /** The creator's username from TikTok, for the post's URL. Missing if it wasn't requested. */
  username?: string
  publishId?: string
  sealedUploadUrl?: string
  /** Epoch milliseconds. TikTok ends an upload one hour after init. */
  uploadEndsAtMs?: number
  /** The first byte that TikTok doesn't have yet. */
  nextByte?: number
  totalBytes?: number
  /** When the status was first requested, in epoch milliseconds. */
  checkedSinceMs?: number
  /** How many times TikTok has said that it doesn't know the publish id (yet). */
  unknownAnswers?: number
  /** TikTok has delivered it as a draft to the creator's inbox. */
  inInbox?: boolean
  /** A person looked, didn't find it and asked to send it again. Set by `sendAgain`. */
  askedAgain?: boolean
}

const schema = z.object({
  username: z.string().optional(),
  publishId: z.string().optional(),
  sealedUploadUrl: z.string().optional(),
  uploadEndsAtMs: z.number().optional(),
  nextByte: z.number().optional(),
  totalBytes: z.number().optional(),
  checkedSinceMs: z.number().optional(),
  unknownAnswers: z.number().optional(),
  inInbox: z.boolean().optional(),
  askedAgain: z.boolean().optional(),
})

export const readTiktokHandles = (publication: Publication): TiktokHandles =>
  schema.parse(publication.handles)

export const saveTiktokHandles = (
  publication: Publication,
  handles: TiktokHandles,
): Promise<void> => publication.save(JSON.parse(JSON.stringify(handles)) as JsonRecord)
