import type { Db } from '../postgres/connect.ts'

/**
 * The lines of the two lists at the end of a deletion's status page. promise: E3: each is counted
 * in the transaction that deletes or keeps the rows.
 */
const deletedItems = [
  'account',
  'access',
  'memberships',
  'notifications',
  'exports',
  'tokens',
  'logins',
  'accounts',
  'posts',
  'results',
  'files',
  'names',
  'workspaces',
] as const
const keptItems = ['published', 'posts', 'files', 'accounts', 'notes', 'log'] as const
export type DeletedItem = (typeof deletedItems)[number]
export type KeptItem = (typeof keptItems)[number]
type Counted = { list: 'deleted'; item: DeletedItem } | { list: 'kept'; item: KeptItem }
export type DeletionItem = Counted & { amount: number }

/**
 * The line that counts the deleted rows of a table. Rows of the other tables belong to a counted
 * row, such as attempts to their post and analytics to their account. A test compares this list
 * with the schema.
 */
export const countedIn: Record<string, DeletedItem> = {
  users: 'account',
  sessions: 'access',
  password_resets: 'access',
  mail_links: 'access',
  connections_under_way: 'access',
  authenticator_apps: 'access',
  passkeys: 'access',
  recovery_codes: 'access',
  api_keys: 'access',
  webhook_endpoints: 'access',
  review_links: 'access',
  memberships: 'memberships',
  invitations: 'memberships',
  notices: 'notifications',
  events: 'notifications',
  policy_letters: 'notifications',
  exports: 'exports',
  grants: 'logins',
  channels: 'accounts',
  posts: 'posts',
  unsaved_edits: 'posts',
  media: 'files',
  workspaces: 'workspaces',
}

/**
 * The other tables, with the counted table that includes them or the reason why they hold no
 * personal data. A test compares both lists with the schema.
 */
export const countedWith: Record<string, string> = {
  targets: 'posts',
  attempts: 'posts',
  comment_attempts: 'posts',
  post_media: 'posts',
  imports: 'posts',
  import_rows: 'posts',
  post_versions: 'posts',
  reviews: 'posts',
  review_decisions: 'posts',
  discussion_comments: 'posts',
  discussion_mentions: 'posts',
  review_link_posts: 'review_links',
  client_reviewers: 'review_links',
  reviewers: 'memberships',
  post_labels: 'posts',
  media_labels: 'media',
  captions: 'workspaces',
  labels: 'workspaces',
  series: 'workspaces',
  series_media: 'workspaces',
  snapshots: 'posts',
  measured_targets: 'posts',
  unmeasured_targets: 'posts',
  media_links: 'media',
  renditions: 'media',
  account_snapshots: 'channels',
  channel_days: 'channels',
  format_days: 'channels',
  channel_months: 'channels',
  number_versions: 'workspaces',
  workspace_days: 'channels',
  measured_channels: 'channels',
  elsewhere_posts: 'channels',
  avatars: 'channels',
  turns: 'channels',
  slots: 'channels',
  limits: 'channels',
  revocations: 'grants',
  annotations: 'workspaces',
  form_keys: 'posts',
  api_requests: 'api_keys',
  app_tokens: 'api_keys',
  oauth_codes: 'memberships',
  deletion_mails: 'users',
  feeds: 'memberships',
  reports: 'workspaces',
  report_links: 'memberships',
  report_schedules: 'memberships',
  report_readers: 'workspaces',
  report_mails: 'workspaces',
  webhook_messages: 'posts',
  webhook_tries: 'posts',
}

/** Adds to a line. Writes nothing if the amount is 0. */
const countItem = async (
  sql: Db,
  requestId: string,
  counted: Counted,
  amount: number,
): Promise<void> => {
  if (amount <= 0) return
  await sql`
    insert into deletion_items (request_id, list, item, amount) values (${requestId}, ${counted.list}, ${counted.item}, ${amount})
    on conflict (request_id, list, item) do update set amount = deletion_items.amount + excluded.amount`
}

export const countDeleted = (
  sql: Db,
  requestId: string,
  item: DeletedItem,
  amount: number,
): Promise<void> => countItem(sql, requestId, { list: 'deleted', item }, amount)

export const countKept = (
  sql: Db,
  requestId: string,
  item: KeptItem,
  amount: number,
): Promise<void> => countItem(sql, requestId, { list: 'kept', item }, amount)

export const listDeletionItems = (sql: Db, requestId: string): Promise<DeletionItem[]> => sql<
  DeletionItem[]
>`
  select list, item, amount from deletion_items where request_id = ${requestId}`
