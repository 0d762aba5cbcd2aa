import { terms } from '../terms.ts'
import type { Kept, Term } from './kept.ts'

const connected: Term = { until: 'Until you disconnect the account' }
const record: Term = { until: 'Until you delete the account or its workspace from CrateSocial' }

/**
 * promise: D1, D2, L2: what platforms give us. platforms/<issuer>/policy.ts says which of it each
 * issuer gives, and how the policy calls it.
 */
export const platformData: Kept[] = [
  {
    id: 'tokens',
    group: 'platform',
    what: 'Access tokens, encrypted',
    why: 'To publish and read for you, without your password',
    kept: connected,
    columns: [
      ...[
        'grants.access_token_sealed',
        'grants.refresh_token_sealed',
        'grants.expires_at',
        'grants.refresh_expires_at',
      ],
      ...['grants.renewed_at', 'channels.token_sealed', 'connections_under_way.*', 'revocations.*'],
    ],
  },
  {
    id: 'person',
    group: 'platform',
    what: 'The person who connected the account',
    why: 'To renew and end the connection, and to show your team whose it is',
    kept: connected,
    columns: [
      'grants.issuer_user_id',
      'grants.user_name',
      'grants.scopes',
      'grants.data_access_expires_at',
    ],
  },
  {
    id: 'account',
    group: 'platform',
    what: 'The connected account: ID, name and handle',
    why: 'To show what is connected and to publish to it. After you disconnect: to name the account beside its past posts',
    kept: record,
    columns: ['channels.account_id', 'channels.name', 'channels.handle', 'channels.settings'],
  },
  {
    id: 'avatar',
    group: 'platform',
    what: 'Its profile picture',
    why: 'To recognize the account',
    kept: connected,
    columns: ['avatars.*'],
  },
  {
    id: 'creator-info',
    group: 'platform',
    what: 'What the account may publish',
    why: 'To offer you the choices that the platform allows before each post',
    kept: connected,
    columns: ['channels.account_facts', 'channels.account_facts_at'],
  },
  {
    id: 'posts',
    group: 'platform',
    what: 'IDs, links and status of published posts and of their first comments',
    why: 'To show you what happened to each post and to get its numbers',
    kept: {
      until: `As long as the post in CrateSocial; the records of individual attempts for ${terms.records}`,
    },
    columns: [
      ...[
        'targets.platform_post_id',
        'targets.permalink',
        'targets.confirmed_by',
        'targets.problem',
        'targets.waiting_for',
      ],
      'targets.inbox_until',
      ...[
        'targets.comment_id',
        'targets.comment_problem',
        'targets.comment_proof',
        'comment_attempts.*',
        ...['targets.deletion_answer', 'targets.deletion_problem', 'targets.deletion_proof'],
      ],
      ...[
        'targets.handles',
        'attempts.*',
        'channels.state_reason',
        'grants.state_reason',
        'measured_channels.problem',
      ],
      'measured_channels.rests',
    ],
  },
  {
    id: 'post-numbers',
    group: 'platform',
    what: 'Numbers of posts',
    why: 'To show how your posts do over time',
    kept: { rule: 'snapshots' },
    columns: ['snapshots.*', 'measured_targets.*'],
  },
  {
    id: 'elsewhere-posts',
    group: 'platform',
    what: 'Posts of the account that were not made here: ID, link, time, the beginning of the text, and numbers',
    why: 'To show how the account does including posts made elsewhere. Earlier ones are read when it is connected',
    kept: { rule: 'elsewhere_posts' },
    columns: ['elsewhere_posts.*', 'measured_channels.list_next'],
  },
  {
    id: 'account-numbers',
    group: 'platform',
    what: 'Numbers of the account',
    why: 'To show how your account does over time',
    kept: { rule: 'account_snapshots' },
    columns: [
      'account_snapshots.*',
      'channel_days.*',
      'format_days.*',
      'channel_months.*',
      'workspace_days.*',
    ],
  },
]

/**
 * Columns without data about people or from platforms: states, counters, our own names. Ids, times
 * and booleans of every table count as bookkeeping too and are not listed.
 */
export const bookkeeping: string[] = [
  'number_versions.*',
  ...['grants.issuer', 'grants.state', 'grants.renewal_failures', 'grants.warned_days'],
  ...[
    'channels.platform',
    'channels.state',
    'measured_channels.not_given',
    'unmeasured_targets.*',
    'metric_names.*',
  ],
  ...[
    'targets.state',
    'targets.platform',
    'targets.revision',
    'targets.handles_revision',
    'targets.attempt_number',
  ],
  ...['targets.comment_state', 'targets.comment_number'],
  ...['targets.deletion_state', 'targets.deletion_number', 'targets.deletion_looks'],
  ...[
    'callback_calls.*',
    'erased_ids.*',
    'form_keys.*',
    'limits.*',
    'turns.*',
    'reading_calls.*',
    'outbox.*',
    'sweeps.*',
    'installation.*',
    'policy_versions.*',
    'schema_version.*',
  ],
]
