import { rules } from '../retention.ts'
import type { Kept, Term } from './kept.ts'
import { reviewData } from './kept-review-data.ts'

/** For example "30 days after …". */
export const termWords = (term: Term): string => {
  if ('until' in term) return term.until
  const rule = rules.find(({ name }) => name === term.rule)
  if (!rule) throw new Error(`there is no rule ${term.rule}`)
  return `${rule.keep} after ${rule.after}`
}

const account: Term = { until: 'While your account exists' }
const workspace: Term = { until: 'As long as the workspace, or until someone deletes it' }

/**
 * promise: S6, A3, D1, D2, D3: everything we store about people and from platforms, with its
 * purpose and how long it is kept. The privacy policy and the record of processing are generated
 * from these lists. A test compares them with every column of the database: a column must be listed
 * here or in `bookkeeping`.
 */
export const keptData: Kept[] = [
  {
    id: 'identity',
    group: 'account',
    what: 'Your name and work email address',
    why: 'To sign you in, to show your colleagues who did what, and to write to you',
    kept: account,
    columns: ['users.name', 'users.email', 'users.created_at', 'mail_links.new_email'],
  },
  {
    id: 'password',
    group: 'account',
    what: 'A salted hash of your password, never the password itself',
    why: 'To check your password when you sign in',
    kept: account,
    columns: ['users.password_hash'],
  },
  {
    id: 'two-step-sign-in',
    group: 'account',
    what: 'If you use two-step sign-in: the names, ids and public keys of your passkeys and when you used them, the sealed secret you share with your authenticator app, and hashes of your recovery codes',
    why: 'To check the second step when you sign in; your fingerprint, face and PIN never leave your device',
    kept: account,
    columns: ['passkeys.*', 'authenticator_apps.*', 'recovery_codes.*'],
  },
  {
    id: 'invitation',
    group: 'account',
    what: 'The invitation you used: when, for which role, and who sent it',
    why: 'Accounts are by invitation only',
    kept: account,
    columns: ['invitations.*'],
  },
  {
    id: 'role',
    group: 'account',
    what: 'Your workspaces and your role in each: manager or admin. Whether you operate this installation',
    why: 'To decide what you may see and do',
    kept: account,
    columns: ['memberships.*', 'users.is_operator'],
  },
  {
    id: 'feeds',
    group: 'account',
    what: 'Links that you make for your calendar program or feed reader, as a hash, and the day each was last read',
    why: 'To show your posts there. Anyone with such a link can read them, so you can delete it at any time',
    kept: { until: 'Until you delete the link, leave the workspace or close your account' },
    columns: ['feeds.*'],
  },
  {
    id: 'preferences',
    group: 'account',
    what: 'Preferences: light or dark, how dates and times are written (first by the language of your browser), keyboard shortcuts, and which notifications you get by email',
    why: 'To work the way you want',
    kept: account,
    columns: [
      'users.theme',
      'users.hours',
      'users.date_order',
      'users.week_start',
      'users.has_shortcuts',
      'users.notices_by_mail',
    ],
  },
  {
    id: 'account-state',
    group: 'account',
    what: 'Whether your account is deactivated, since when and by whom; the version of this policy you have seen',
    why: 'To delete the account in time, and to tell you when this policy changes',
    kept: account,
    columns: [
      'users.deactivated_at',
      'users.deactivated_by',
      'users.policy_version',
      'policy_letters.*',
    ],
  },
  {
    id: 'notifications',
    group: 'account',
    what: 'Notifications to you: what happened and when',
    why: 'To tell you when a connection or a post needs you',
    kept: { rule: 'notices' },
    columns: ['notices.*'],
  },
  {
    id: 'requests',
    group: 'account',
    what: 'Your requests: a copy of your data, a deletion',
    why: 'To carry them out, and to show you that we did',
    kept: { rule: 'deletion_requests' },
    columns: ['exports.*', 'deletion_requests.*', 'deletion_steps.*', 'deletion_items.*'],
  },
  {
    id: 'deletion-mails',
    group: 'account',
    what: 'After you delete your account: your name and email address, encrypted, until our last email about it is sent',
    why: 'To tell you when the deletion is done. If the email can’t be delivered, we delete it anyway',
    kept: { rule: 'deletion_mails' },
    columns: ['deletion_mails.*'],
  },
  {
    id: 'links',
    group: 'account',
    what: 'Links that we email you, as a hash: to reset a password, confirm an email address or a deletion',
    why: 'To accept each link once and in time',
    kept: { rule: 'mail_links' },
    columns: ['mail_links.*', 'password_resets.*'],
  },
  {
    id: 'sessions',
    group: 'sessions',
    what: 'For each browser you are signed in with: when you signed in, when it was last used, when you last typed your password',
    why: 'To keep you signed in, to sign you out when a session is old, and to show you your sessions',
    kept: { rule: 'sessions' },
    columns: ['sessions.*'],
  },
  {
    id: 'api-keys',
    group: 'account',
    what: 'Keys for the API that you create as an admin: their names, what they may do, when you created them, the day they were last used and when they expire. Of the key itself, only a hash and its last four characters',
    why: 'So that programs you trust can use CrateSocial in your name, and so that you can see and end them',
    kept: { rule: 'api_keys' },
    columns: ['api_keys.*'],
  },
  {
    id: 'connected-apps',
    group: 'account',
    what: 'Tokens of apps that you connect, as hashes, with when they expire. The connection itself is kept like a key',
    why: 'So that an app you trust can use CrateSocial in your name until you disconnect it',
    kept: { rule: 'app_tokens' },
    columns: ['app_tokens.*'],
  },
  {
    id: 'app-codes',
    group: 'account',
    what: 'Your answer when you connect an app: the app, the workspace, what it may do, and a code, as a hash, that works for a minute',
    why: 'So that only the app you answered can connect, and only once',
    kept: { rule: 'oauth_codes' },
    columns: ['oauth_codes.*'],
  },
  {
    id: 'app-registrations',
    group: 'account',
    what: 'Apps that registered themselves to be connected: their name and where they send you back to',
    why: 'So that you can see which app asks, and that codes go only there',
    kept: { rule: 'oauth_clients' },
    columns: ['oauth_clients.*'],
  },
  {
    id: 'api-requests',
    group: 'account',
    what: 'Answers to what such a program changed: ids, states and times, without the text of posts',
    why: 'So that a request that is sent again gets the same answer and nothing happens twice',
    kept: { rule: 'api_requests' },
    columns: ['api_requests.*'],
  },
  {
    id: 'webhooks',
    group: 'account',
    what: 'Webhooks that you add as an admin: their addresses and signing secrets, sealed, which events they get, and when you added them',
    why: 'So that events of the workspace reach programs and chats that you chose',
    kept: {
      until: 'Until someone deletes them, or you leave the workspace or are no longer an admin',
    },
    columns: ['webhook_endpoints.*'],
  },
  {
    id: 'webhook-messages',
    group: 'content',
    what: 'Events that were sent to webhooks: which, when, the state of a post or account, and the first 200 characters of each answer. Not the text of posts',
    why: 'To deliver each event although a server is down for a while, and to show admins what arrived',
    kept: { rule: 'webhook_messages' },
    columns: ['webhook_messages.*', 'webhook_tries.*'],
  },
  {
    id: 'attempts-to-sign-in',
    group: 'sessions',
    what: 'Counts of sign-in attempts, under a keyed hash of the email address and of the network address',
    why: 'To stop people who guess passwords. The addresses cannot be read back from the hash',
    kept: { rule: 'throttle' },
    columns: ['throttle.*'],
  },
  {
    id: 'posts',
    group: 'content',
    what: 'Drafts, scheduled posts and posts that repeat: text, a variant for each platform, links, settings, times, labels and saved captions',
    why: 'To publish them when and where you want',
    kept: workspace,
    columns: [
      'posts.*',
      'targets.text',
      'targets.link',
      'targets.settings',
      'targets.kind',
      'slots.*',
      'captions.*',
      'labels.*',
      'post_labels.*',
      'series.*',
    ],
  },
  {
    id: 'versions',
    group: 'content',
    what: 'Saved versions of posts: the last 20 states of each, with who typed them and when; and your edits that you didn’t save, which only you can see',
    why: 'To save what you type while you write, and to bring back what you or a colleague deleted',
    kept: { rule: 'post_versions' },
    columns: ['post_versions.*', 'unsaved_edits.*'],
  },
  {
    id: 'imports',
    group: 'content',
    what: 'Posts that you import from a file, until they are created, and what couldn’t be read. The file itself isn’t stored',
    why: 'To check them before anything is created, and to undo an import',
    kept: { rule: 'imports' },
    columns: ['imports.*', 'import_rows.*'],
  },
  ...reviewData,
  {
    id: 'media',
    group: 'content',
    what: 'Photos and videos you upload, their file names and the alt texts you write',
    why: 'To publish them with your posts. Platforms fetch them from a public address that cannot be guessed',
    kept: { rule: 'media' },
    columns: ['media.*', 'renditions.*', 'media_links.*', 'post_media.*', 'series_media.*'],
  },
  {
    id: 'annotations',
    group: 'content',
    what: 'Notes that you write on days in Insights',
    why: 'To mark and explain the numbers of a day for your team',
    kept: { rule: 'annotations' },
    columns: ['annotations.*'],
  },
  {
    id: 'reports',
    group: 'content',
    what: 'Reports that you make for your clients: title, note, logo and what they show; of their secret links a hash, until when each works, and the day it was last opened',
    why: 'To show your clients the numbers you choose. Anyone with such a link can read the report until the link expires, you delete it, or you leave the workspace or close your account',
    kept: workspace,
    columns: ['reports.*', 'report_links.*'],
  },
  {
    id: 'workspace',
    group: 'content',
    what: 'Name, web address and time zone of a workspace',
    why: 'To tell workspaces apart and to schedule in the right time zone',
    kept: { until: 'As long as the workspace' },
    columns: ['workspaces.*'],
  },
  {
    id: 'activity',
    group: 'content',
    what: 'The activity log of a workspace: who did what and when, without the text of posts',
    why: 'So that a team can see what happened, and for security',
    kept: { rule: 'events' },
    columns: ['events.*'],
  },
]
