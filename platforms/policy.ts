/**
 * A permission that CrateSocial requests from an issuer. Shown when connecting, and word for word
 * in the privacy policy.
 */
export type Scope = {
  /** The issuer's own name, such as `pages_show_list`. */
  name: string
  /** Without it, the platform's accounts can't be connected. */
  needed: boolean
  /** For example "Show the Pages you can connect" */
  purpose: string
  /** Where people see the result in CrateSocial, such as "Accounts, Connect". */
  seenIn: string
  /**
   * The kind of data it gives, which decides how long it is kept: account details, posts or
   * analytics.
   */
  gives: 'account' | 'posts' | 'numbers'
}

/** How public pages speak of a platform. */
type PlatformWords = {
  name: string
  /** For example "Facebook" */
  label: string
  /** Its mark, a name in `simple-icons`. `npm run icons` puts it into the sprite. */
  mark: string
  /** For example "Facebook Pages" */
  accounts: string
  /** Whether it fetches uploaded files from our public URLs. */
  fetchesMedia: boolean
}

/**
 * What the privacy policy says about an issuer. Each issuer's folder exports one;
 * it is a part of its `IssuerModule`.
 */
export type IssuerPolicy = {
  issuer: string
  /** The promise about its data, for the list in promises.ts. */
  promise: { id: string; sentence: string }
  /** For example "Meta" */
  label: string
  /** For example "Meta: Facebook Pages and Instagram" */
  title: string
  platforms: PlatformWords[]
  scopes: Scope[]
  /** What we store from its API, in words, by the ids of db/privacy/kept-platform-data.ts. */
  stored: Record<string, string>
  /** How people remove CrateSocial at the issuer, and the issuer's help page about it. */
  removal: { words: string; help: string }
  /** Terms of the issuer that bind us and our users. */
  documents: { label: string; url: string }[]
}
