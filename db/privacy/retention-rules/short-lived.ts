import { consentMinutes } from '../../channels/consents.ts'
import { revocationDays } from '../../channels/revocations.ts'
import { sealedHandlesBegan } from '../../vault/sealed-handles.ts'
import { terms } from '../terms.ts'
import { indexed, type Rule, row, utc } from './rule.ts'

/** What has served its purpose: sessions, links, counts, tokens to revoke, deleted drafts. */
export const shortLivedRules: Rule[] = [
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
    'saved_at',
    row(
      'post_versions',
      'Saved versions of posts',
      '90 days',
      'they were saved',
      'saved_at',
      'version',
    ),
  ),
  indexed(
    'saved_at',
    row(
      'unsaved_edits',
      'Edits of posts that weren’t saved',
      '90 days',
      'the last change',
      'saved_at',
      'edit',
    ),
  ),
  indexed(
    'used_at',
    row(
      'form_keys',
      'Markers that keep a form from being submitted twice',
      '1 day',
      'the form was sent',
      'used_at',
      'mark',
    ),
  ),
  indexed(
    'made_at',
    row(
      'api_requests',
      'Answers to requests with an API key',
      '7 days',
      'the request',
      'made_at',
      'answer',
    ),
  ),
  indexed(
    'created_at',
    row(
      'imports',
      'Imports of posts from a file, with rows that are not posts yet',
      '7 days',
      'the upload',
      'created_at',
      'import',
    ),
  ),
  indexed(
    'at',
    row(
      'webhook_messages',
      'Events that were sent to webhooks',
      '30 days',
      'they happened',
      'at',
      'event',
    ),
  ),
  row(
    'review_links',
    'Review links, with the names of clients who used them',
    terms.reviewLink,
    'they expired or were revoked',
    'least(expires_at, ended_at)',
    'link',
  ),
  row(
    'report_readers',
    'Addresses that were asked whether they want a report, and didn’t confirm',
    '7 days',
    'they were asked',
    'case when confirmed_at is null then asked_at end',
    'address',
  ),
  row('api_keys', 'API keys', '30 days', 'they expired', 'expires_at', 'key'),
  indexed(
    'expires_at',
    row('oauth_clients', 'Registrations of apps', '1 day', 'they expired', 'expires_at', 'app'),
  ),
  indexed(
    'expires_at',
    row('oauth_codes', 'Codes to connect an app', '1 day', 'they expired', 'expires_at', 'code'),
  ),
  indexed(
    'expires_at',
    row('app_tokens', 'Tokens of connected apps', '1 day', 'they expired', 'expires_at', 'token'),
  ),
  row('sessions', 'Sessions', '1 day', 'they expired', 'least(expires_at, ends_at)', 'session'),
  row('throttle', 'Counts of sign-in attempts', '1 day', 'they expired', 'reset_at', 'count'),
  row(
    'password_resets',
    'Links to reset a password',
    '1 day',
    'they expired',
    'expires_at',
    'reset',
  ),
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
    ...row(
      'targets',
      'Upload credentials of a post',
      '1 day',
      'it was sent',
      sealedHandlesBegan,
      'post',
    ),
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
]
