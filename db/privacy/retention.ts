import { consentMinutes } from '../channels/consents.ts'
import { revocationDays } from '../channels/revocations.ts'
import { agedViewsBegan } from '../insights/snapshots.ts'
import { literals, openStates } from '../posts/target-states.ts'
import { sealedHandlesBegan } from '../vault/sealed-handles.ts'
import { terms } from './terms.ts'

/** Deletes rows of `table` once `keep` has passed since `began` (SQL; null: not begun yet). */
export type Rule = {
  name: string
  /** The id in promises.md, if the promise is public. */
  promise?: string
  /** For the policy: "Uploaded media". */
  what: string
  /** An SQL interval. The policy prints it as it is. */
  keep: string
  /** For the policy: "after …". */
  after: string
  table: string
  began: string
  /**
   * For tables that grow: an SQL time in UTC that has an index and is never later than `began`, and
   * which rows that index has. `began` is null for all other rows.
   */
  index?: { at: string; where?: string }
  /** How rows are deleted: for example, `media` deletes files first, `month` whole partitions. */
  goes: 'row' | 'month' | 'media' | 'export' | 'erasure' | 'platform' | 'revocation' | 'handles' | 'ages'
  /** The singular noun for what is counted, such as "file". */
  one: string
}

const row = (name: string, what: string, keep: string, after: string, began: string, one: string, promise?: string): Rule => ({
  name,
  what,
  keep,
  after,
  began,
  one,
  table: name,
  goes: 'row',
  ...(promise ? { promise } : {}),
})

/** An index on this, unlike one on the column itself, is never chosen for the list of a page. */
const utc = (column: string): string => `(${column} at time zone 'UTC')`

/** A rule of a table that grows. */
const indexed = (column: string, rule: Rule): Rule => ({ ...rule, index: { at: utc(column) } })

/** Null while a post that uses the file is unfinished; otherwise its latest use or change. */
const mediaBegan = `case
  when media.purged_at is not null then null
  when (select bool_or(t.state in ${literals(openStates)}) from post_media pm join targets t on t.post_id = pm.post_id
    where pm.media_id = media.id) then null
  else greatest(media.uploaded_at,
    (select max(coalesce(t.published_at, t.state_at)) from post_media pm join targets t on t.post_id = pm.post_id where pm.media_id = media.id),
    (select max(p.updated_at) from post_media pm join posts p on p.id = pm.post_id where pm.media_id = media.id and p.state = 'draft'))
end`

export const rules: Rule[] = [
  // promise: R1
  {
    ...row('users', 'Accounts', terms.account, 'their deactivation', 'deactivated_at', 'account', 'R1'),
    name: 'accounts',
    goes: 'erasure',
  },
  // promise: R4
  {
    ...row(
      'media',
      'Uploaded media',
      terms.media,
      'the last post that uses the file was published; a file that no post used, or only a draft, after it was uploaded or the draft was last changed',
      mediaBegan,
      'file',
      'R4',
    ),
    goes: 'media',
    index: { at: utc('uploaded_at'), where: 'purged_at is null' },
  },
  // promise: R3
  {
    ...indexed(
      'taken_at',
      row('snapshots', 'Analytics snapshots', terms.numbers, 'they were taken', 'taken_at', 'snapshot', 'R3'),
    ),
    goes: 'month',
  },
  {
    ...row('measured_targets', 'Views after a day and a week', terms.numbers, 'they were taken', agedViewsBegan, 'post', 'R3'),
    name: 'aged_views',
    goes: 'ages',
    index: { at: utc('published_at'), where: '(views_at_day is not null or views_at_week is not null)' },
  },
  indexed(
    'taken_at',
    row('measured_targets', 'The newest numbers of a post', terms.numbers, 'they were taken', 'taken_at', 'post', 'R3'),
  ),
  indexed(
    'published_at',
    row('elsewhere_posts', 'Posts not made here', terms.numbers, 'they were published', 'published_at', 'post', 'R3'),
  ),
  indexed(
    'taken_at',
    row('account_snapshots', 'Snapshots of whole accounts', terms.numbers, 'they were taken', 'taken_at', 'snapshot', 'R3'),
  ),
  {
    ...row('channel_days', 'Sums of a day', terms.numbers, 'the day', 'day::timestamptz', 'day', 'R3'),
    index: { at: 'day::timestamp' },
  },
  // promise: E5
  {
    ...row(
      'grants',
      'What a platform gave us about an account',
      '30 days',
      'CrateSocial was removed in the settings of the platform, unless the account is connected again; its tokens are deleted immediately',
      "case when state = 'ended' and state_reason = 'removed' then ended_at end",
      'connection',
      'E5',
    ),
    name: 'removed',
    goes: 'platform',
  },
  row('limits', 'Limits that a platform set for us', '1 day', 'they ended', 'until', 'limit'),
  row('turns', 'Counts of calls to a platform', '1 day', 'the call', 'at', 'call'),
  {
    ...row(
      'posts',
      'Drafts that you deleted',
      '1 day',
      'you deleted them',
      "case when state = 'discarded' then updated_at end",
      'draft',
    ),
    name: 'discarded_drafts',
    index: { at: utc('updated_at'), where: "state = 'discarded'" },
  },
  indexed(
    'used_at',
    row('form_keys', 'Markers that keep a form from being submitted twice', '1 day', 'the form was sent', 'used_at', 'mark'),
  ),
  row('sessions', 'Sessions', '1 day', 'they expired', 'least(expires_at, ends_at)', 'session'),
  row('throttle', 'Counts of sign-in attempts', '1 day', 'they expired', 'reset_at', 'count'),
  row('password_resets', 'Links to reset a password', '1 day', 'they expired', 'expires_at', 'reset'),
  row('mail_links', 'Other links sent by email', '1 day', 'they expired', 'expires_at', 'link'),
  // promise: S1: also deleted every minute (activities/outbox/reconcile-starts.ts)
  row(
    'connections_under_way',
    'Connections that were started and not finished, with their tokens',
    `${consentMinutes} minutes`,
    'they were started',
    `expires_at - interval '${consentMinutes} minutes'`,
    'connection',
  ),
  // promise: R2: for a revocation whose workflow was lost; others give up at this term
  {
    ...row(
      'revocations',
      'Tokens that are kept only to be revoked at a platform that does not answer',
      `${revocationDays} days`,
      'the account was disconnected or the deletion began',
      "case when state = 'pending' then asked_at end",
      'token',
      'R2',
    ),
    name: 'pending_revocations',
    goes: 'revocation',
  },
  row(
    'revocations',
    'Records of revoked connections',
    '90 days',
    'they were revoked',
    'case when request_id is null then ended_at end',
    'record',
  ),
  {
    ...row('targets', 'Upload credentials of a post', '1 day', 'it was sent', sealedHandlesBegan, 'post'),
    name: 'handles',
    goes: 'handles',
    index: { at: utc('state_at'), where: 'has_secret_handles' },
  },
  row(
    'invitations',
    'Unused invitations',
    '30 days',
    'they expired or were revoked',
    'case when accepted_at is null then coalesce(revoked_at, expires_at) end',
    'invitation',
  ),
  indexed(
    'claimed_at',
    row(
      'attempts',
      'Records of individual attempts to publish',
      terms.records,
      'they ended',
      'coalesce(ended_at, claimed_at)',
      'record',
    ),
  ),
  indexed(
    'claimed_at',
    row(
      'comment_attempts',
      'Records of individual attempts to add a first comment',
      terms.records,
      'they ended',
      'coalesce(ended_at, claimed_at)',
      'record',
    ),
  ),
  indexed('at', row('events', 'Entries in the activity log of a workspace', terms.records, 'they were written', 'at', 'line')),
  row('outbox', 'Tasks that couldn’t be delivered', '30 days', 'they were noted', 'created_at', 'note'),
  indexed('created_at', row('notices', 'Notifications', '90 days', 'they were written', 'created_at', 'notice')),
  row(
    'policy_letters',
    'Records of who was emailed about a change of this policy',
    terms.records,
    'the email',
    'mailed_at',
    'record',
    'L3',
  ),
  { ...row('exports', 'Exports of your data', '7 days', 'you asked for them', 'asked_at', 'file', 'E1'), goes: 'export' },
  row(
    'deletion_mails',
    'Emails about a deletion that couldn’t be delivered, with the address, encrypted',
    '30 days',
    'the last step of the deletion',
    '(select r.finished_at from deletion_requests r where r.id = request_id)',
    'email',
    'E3',
  ),
  row('deletion_requests', 'Status pages of deletion requests', '90 days', 'the last step', 'finished_at', 'page', 'E4'),
  indexed(
    'erased_at',
    row(
      'erased_ids',
      'Salted hashes of deleted IDs, so that a restored backup can’t bring them back',
      '13 months',
      'the deletion',
      'erased_at',
      'record',
    ),
  ),
  row('sweeps', 'Results of these checks', '13 months', 'the check', 'at', 'record'),
]

/** Tables without a rule, and how long their rows live. With the rules, these are all tables. */
export const standing: Record<string, string> = {
  callback_calls: 'for good: no personal data',
  workspaces: 'until their last admin is deleted',
  passkeys: 'until they are removed or reset, as long as the account',
  authenticator_apps: 'until it is removed or reset, as long as the account',
  recovery_codes: 'until new ones are made or two-step sign-in is reset, as long as the account',
  memberships: 'as long as the person and the workspace',
  grants: 'until the account is disconnected; then without tokens, as long as the workspace',
  channels: 'as long as the workspace, or until the platform asks for deletion',
  avatars: 'until the account is disconnected',
  posts: 'until they are deleted, as long as the workspace',
  post_media: 'as long as the post',
  targets: 'as long as the post',
  media_links: 'as long as the record of the file, so that its address says that it is gone',
  measured_channels: 'as long as the connected account',
  unmeasured_targets: 'until the post is measured, minutes later',
  workspace_days: 'as long as the sums of a day that it adds up',
  channel_months: 'as long as the sums of a day that it adds up',
  metric_names: 'for good: no personal data',
  reading_calls: 'an hour: no personal data',
  installation: 'for good: no personal data',
  deletion_steps: 'as long as the status page of the request',
  deletion_items: 'as long as the status page of the request',
  policy_versions: 'for good: no personal data',
  schema_version: 'for good: no personal data',
}

/** How many days Temporal keeps a closed workflow, as in docker-compose.yml and docs/install.md. */
export const historyDays = 7

/** The longest time, in days, that log lines are kept. */
export const logDays = 14
