/** A post in an email. `meta` says where and when it goes out. */
export type PostCard = { words: string; meta: string[]; picture: Buffer | null }

export type Link = { label: string; url: string }

/** A paragraph, a link on a separate line, facts with their labels, or posts. */
type Part = string | Link | { facts: [label: string, value: string][] } | { posts: PostCard[] }

/** What an email says, in reading order. Both of its bodies say all of it. */
export type Letter = {
  /** Also the headline. */
  subject: string
  /** Shown above the headline: the workspace, or CrateSocial. */
  sender?: string
  /** Of the sender's mark and the button, such as `0f5c5a`. Readable on white. */
  color?: string
  /** The reader's name. Null if we don't know it. */
  name: string | null
  parts: Part[]
  button: Link | null
  /** Below the button. */
  after?: Part[]
  /** Why the reader gets this email. */
  reason: string
  /** Where to change that. */
  choice?: Link
}
