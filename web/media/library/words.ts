import type { MediaUse } from '../../../db/posts/library/files.ts'
import type { FileTerm, UseOfMedia } from '../../../db/posts/library/uses.ts'
import { terms } from '../../../db/privacy/terms.ts'
import type { Formats } from '../../time/formats.ts'

/** What a tile says about the use of its file. */
export const useWords = (
  { posts, drafts, nextDueAt }: MediaUse,
  fmt: Pick<Formats, 'day' | 'count'>,
): string => {
  if (nextDueAt) return `Goes out ${fmt.day(nextDueAt)}`
  if (posts > 0)
    return posts === 1 ? 'Used once' : posts === 2 ? 'Used twice' : `Used ${fmt.count(posts)} times`
  if (drafts > 0) return drafts === 1 ? 'In a draft' : `In ${fmt.count(drafts)} drafts`
  return 'Not used yet'
}

const afterWords: Record<FileTerm['after'], string> = {
  post: 'its last post',
  draft: 'its draft was last changed',
  upload: 'it was uploaded',
}

/** promise: R4: when a file is removed, in words. */
export const removalWords = ({ at, after }: FileTerm, fmt: Pick<Formats, 'date'>): string =>
  at
    ? `${fmt.date(at)}, ${terms.media} after ${afterWords[after]}`
    : `${terms.media} after its last post goes out`

/** The icon and the word for the state of a post that uses a file. */
export const useState = (use: UseOfMedia): { icon: string; tone: string; words: string } => {
  if (use.state === 'draft') return { icon: 'pencil', tone: '', words: 'Draft' }
  if (use.needsAttention) return { icon: 'alert-circle', tone: 'need', words: 'Needs attention' }
  if (use.isOpen) return { icon: 'clock', tone: 'way', words: 'Scheduled' }
  if (use.isPublished) return { icon: 'circle-check', tone: 'out', words: 'Published' }
  return { icon: 'ban', tone: '', words: 'Canceled' }
}
