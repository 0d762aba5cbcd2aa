export type RefusalReason = 'empty' | 'too_large' | 'too_many_pixels' | 'not_media' | 'misnamed' | 'unsupported' | 'damaged'

/** Why an uploaded file was not taken: its message is the sentence for the person who chose the file. */
export class MediaRefused extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, words: string) {
    super(words)
    this.name = 'MediaRefused'
    this.reason = reason
  }

  get status(): 413 | 422 {
    return this.reason === 'too_large' ? 413 : 422
  }
}
