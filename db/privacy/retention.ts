import { mediaBegan } from '../posts/library/term.ts'
import { numberRules } from './retention-rules/numbers.ts'
import { recordRules } from './retention-rules/records.ts'
import { type Rule, row, utc } from './retention-rules/rule.ts'
import { shortLivedRules } from './retention-rules/short-lived.ts'
import { terms } from './terms.ts'

/** What is deleted when its term has passed. */
export const rules: Rule[] = [
  // promise: R1
  {
    ...row(
      'users',
      'Accounts',
      terms.account,
      'their deactivation',
      'deactivated_at',
      'account',
      'R1',
    ),
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
      mediaBegan(),
      'file',
      'R4',
    ),
    goes: 'media',
    index: { at: utc('uploaded_at'), where: 'purged_at is null' },
  },
  ...numberRules,
  ...shortLivedRules,
  ...recordRules,
]

/** Tables without a rule, and how long their rows live. With the rules, these are all tables. */
export const standing: Record<string, string> = {
  callback_calls: 'for good: no personal data',
  workspaces: 'until their last admin is deleted',
  passkeys: 'until they are removed or reset, as long as the account',
  authenticator_apps: 'until it is removed or reset, as long as the account',
  recovery_codes: 'until new ones are made or two-step sign-in is reset, as long as the account',
  memberships: 'as long as the person and the workspace',
  webhook_endpoints: 'until they are deleted, as long as the membership of who added them',
  webhook_tries: 'as long as the message',
  feeds: 'until they are replaced or deleted, as long as the membership',
  reports: 'until they are deleted, as long as the workspace',
  report_links: 'until they are replaced or deleted, as long as the report and the membership',
  report_schedules: 'until the emails are turned off, as long as the report',
  reviewers: 'as long as the person and the workspace, or until someone else is chosen',
  grants: 'until the account is disconnected; then without tokens, as long as the workspace',
  channels: 'as long as the workspace, or until the platform asks for deletion',
  avatars: 'until the account is disconnected',
  slots: 'until they are deleted, as long as the account',
  series: 'as long as the workspace; the text while it runs',
  series_media: 'as long as the series runs',
  posts: 'until they are deleted, as long as the workspace',
  import_rows: 'until the posts are made, as long as the import',
  post_media: 'as long as the post',
  captions: 'until they are deleted, as long as the workspace',
  labels: 'until they are deleted, as long as the workspace',
  reviews: 'as long as the post',
  review_decisions: 'as long as the post',
  discussion_comments:
    'until they are deleted, as long as the post; the text until its author is deleted',
  discussion_mentions: 'as long as the comment',
  review_link_posts: 'as long as the link and the post',
  client_reviewers: 'as long as the link',
  post_labels: 'as long as the post and the label',
  media_labels: 'as long as the record of the file and the label',
  targets: 'as long as the post',
  renditions: 'as long as the file that they are made from',
  media_links: 'as long as the record of the file, so that its address says that it is gone',
  measured_channels: 'as long as the connected account',
  unmeasured_targets: 'until the post is measured, minutes later',
  workspace_days: 'as long as the sums of a day that it adds up',
  channel_months: 'as long as the sums of a day that it adds up',
  metric_names: 'for good: no personal data',
  number_versions: 'as long as the workspace: no personal data',
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
