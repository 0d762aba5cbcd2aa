export type RefusalReason =
  | 'empty'
  | 'too_large'
  | 'too_many_pixels'
  | 'not_media'
  | 'misnamed'
  | 'unsupported'
  | 'damaged'
  | 'busy'
  | 'quota'
  | 'disk_full'
  | 'no_ffmpeg'

/**
 * The HTTP status of a refusal. 503: ffmpeg is missing. 507: there is no space to store the file.
 */
const statuses: Partial<Record<RefusalReason, 413 | 429 | 503 | 507>> = {
  too_large: 413,
  busy: 429,
  quota: 507,
  disk_full: 507,
  no_ffmpeg: 503,
}

/** Why an uploaded file was refused. The message is for the person who chose the file. */
export class MediaRefused extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, words: string) {
    super(words)
    this.name = 'MediaRefused'
    this.reason = reason
  }

  get status(): 413 | 422 | 429 | 503 | 507 {
    return statuses[this.reason] ?? 422
  }
}
