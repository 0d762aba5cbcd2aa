import type { JsonRecord } from './json.ts'

/** An account with decrypted tokens. Exists only inside the activity or callback that uses it. */
export type Account = {
  /** The Page id, Instagram professional account id or TikTok open id. */
  id: string
  /**
   * What was stored when connecting, such as TikTok's username or the Page of an Instagram account.
   */
  settings: JsonRecord
  /** The token of the grant: Meta's long-lived user token or TikTok's access token. */
  grantToken: string
  /** The account's own token if it has one: a Page token. */
  accountToken: string | null
}
