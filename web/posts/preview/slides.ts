import { type Edits, keptPart, keptTime } from '../../../media/edits.ts'
import type { PostPreview } from '../../../platforms/post-preview.ts'
import { editedPicture } from '../editing/picture.ts'

/** What a preview needs to know of a file. */
export type PreviewMedia = {
  id: string
  kind: 'image' | 'video'
  width: number
  height: number
  durationMs: number | null
  conversion: 'waiting' | 'failed' | null
  thumbnailKey: string | null
  purgedAt: Date | null
  altText: string
  edits: Edits | null
}

/** Where the files are. Members and reviewers get them at different addresses. */
export type FileAddress = (id: string, what: 'file' | 'medium' | 'thumbnail') => string

/** One file of a preview, as its post shows it. */
export type Slide = {
  id: string
  kind: 'image' | 'video'
  alt: string
  /** Null if there is nothing to show any more, or not yet. */
  picture: string | null
  thumbnail: string | null
  /** Null for a picture, and for a video that can't be played yet. */
  video: string | null
  /** The size of the file, and the part of it that is shown, in its pixels. */
  width: number
  height: number
  part: { left: number; top: number; width: number; height: number }
  /** Of an SVG. Empty if it isn't rotated. */
  transform: string
  /** Cropped or rotated. */
  isEdited: boolean
  /** Where the video starts, in seconds. Null unless it differs from its beginning. */
  startSecond: number | null
}

/** `coverMs`: the frame to show first, from the start of the part of the video that is kept. */
export const slideOf = (media: PreviewMedia, address: FileAddress, coverMs?: number): Slide => {
  const { id, kind, width, height } = media
  const isThere = media.thumbnailKey !== null && media.purgedAt === null
  const isPlayable = kind === 'video' && media.purgedAt === null && media.conversion === null
  const thumbnail = isThere ? address(id, 'thumbnail') : null
  const time = keptTime(media, media.edits)
  const startMs = time?.startMs ?? 0
  // A media fragment: the browser shows its first frame, and stops at its end.
  const range = [startMs + (coverMs ?? 0), ...(time ? [time.endMs] : [])].map((ms) => ms / 1_000)
  const part = range[0] || time ? `#t=${range.join(',')}` : ''
  return {
    id,
    kind,
    alt: media.altText,
    picture: isThere ? address(id, 'medium') : null,
    thumbnail,
    video: isPlayable ? `${address(id, 'file')}${part}` : null,
    width,
    height,
    part: keptPart(media, media.edits),
    transform: editedPicture(media, true)?.transform ?? '',
    isEdited: editedPicture(media) !== null,
    startSecond: part === '' ? null : startMs / 1_000,
  }
}

/** The shape of the frame around the files: that of the first, within what the platform shows. */
export const frameOf = (
  slides: Slide[],
  ratios: PostPreview['ratios'],
): { width: number; height: number } => {
  const first = slides[0]?.part ?? { width: 1, height: 1 }
  const { least, most } = ratios ?? { least: 0, most: Number.POSITIVE_INFINITY }
  const ratio = Math.min(most, Math.max(least, first.width / first.height))
  return { width: 1_000, height: Math.max(1, Math.round(1_000 / ratio)) }
}
