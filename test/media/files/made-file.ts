/** A file of the table, made anew for each run. */
export type MadeFile = {
  /** Its name when it is uploaded. */
  name: string
  /** Writes it. */
  make(path: string): Promise<unknown>
  /** Words with which the upload is refused. By default it is taken. */
  refused?: RegExp
  /** Words with which platforms refuse it before anything is sent. By default none does. */
  refusedBy?: Partial<Record<PlatformName, RegExp>>
}

export type PlatformName = 'Facebook' | 'Instagram' | 'TikTok'
