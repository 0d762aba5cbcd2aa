export type CallbackRecord = {
  atMs: number
  kind: 'deauthorize' | 'deletion'
  personId: string
  url: string
  status: number | null
  ok: boolean
  problem: string | null
  reply: string
  /** For a deletion: what could be read from the response. */
  answer: DeletionAnswer | null
}

/** `page`: the status page's content. Null if it wasn't opened. */
export type DeletionAnswer = {
  url: string
  code: string
  page: { title: string; text: string } | null
}
