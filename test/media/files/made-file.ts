/** A file of the table, made anew for each run. */
export type MadeFile = {
  /** Its name when it is uploaded. */
  name: string
  /** Writes it. */
  make(path: string): Promise<unknown>
}
