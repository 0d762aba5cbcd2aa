import type { ErrorKind } from '../errors.ts'

/** How we treat one of TikTok's error codes, and the message for the person. */
export type TiktokErrorRow = { kind: ErrorKind; words: string; waitMs?: number }

/** The row for a code. Undefined if it isn't in the table. */
export const findTiktokRow = (
  table: Record<string, TiktokErrorRow>,
  code: string,
): TiktokErrorRow | undefined => (Object.hasOwn(table, code) ? table[code] : undefined)

const dayMs = 86_400_000
/** TikTok sends no Retry-After. Its rate limits apply per minute. The client adds jitter. */
const windowMs = 60_000

const malformed: TiktokErrorRow = { kind: 'rejected', words: 'TikTok did not accept the request.' }
const reconnect: TiktokErrorRow = {
  kind: 'reauthorize',
  words: 'TikTok no longer accepts this connection. Reconnect the account.',
}
const scopeMissing: TiktokErrorRow = {
  kind: 'permission',
  words:
    'This account was connected without a permission that this needs. Reconnect it and leave every permission selected.',
}
const internal: TiktokErrorRow = {
  kind: 'unavailable',
  words: 'TikTok has an internal error right now.',
}
const tooManyPosts: TiktokErrorRow = {
  kind: 'rejected',
  words:
    'TikTok doesn’t accept more posts from this account right now. Try again in 24 hours, or post in the TikTok app.',
  waitMs: dayMs,
}
const banned: TiktokErrorRow = {
  kind: 'rejected',
  words: 'TikTok has blocked this account from posting.',
}

/** Codes that our code decides by. All others are only in the tables below. */
export const codes = {
  invalidToken: 'access_token_invalid',
  tooManyPosts: 'spam_risk_too_many_posts',
  banned: 'spam_risk_user_banned_from_posting',
  userCap: 'reached_active_user_cap',
} as const

/**
 * For these codes, TikTok's message is shown after ours, because only it says which field is wrong.
 */
export const codesWithMessage = new Set(['invalid_param', 'invalid_params'])

/**
 * `error.code` of data and posting calls. Source: TikTok's error tables for creator info, direct
 * post, status, cancel and user info.
 */
export const apiErrors: Record<string, TiktokErrorRow> = {
  invalid_param: malformed,
  invalid_params: malformed,
  invalid_file_upload: { kind: 'rejected', words: 'TikTok doesn’t accept this file.' },
  scope_permission_missed: scopeMissing,
  invalid_publish_id: {
    kind: 'rejected',
    words: 'TikTok no longer reports the status of this post.',
  },
  token_not_authorized_for_specified_publish_id: {
    kind: 'rejected',
    words: 'TikTok says that this post was started through another connection.',
  },
  publish_not_cancellable: {
    kind: 'rejected',
    words: 'TikTok has finished this post, so it can’t be stopped anymore.',
  },
  app_version_check_failed: {
    kind: 'rejected',
    words: 'The TikTok app on the phone is too old for this. Update it to 31.8 or later.',
  },
  [codes.invalidToken]: reconnect,
  scope_not_authorized: scopeMissing,
  [codes.tooManyPosts]: tooManyPosts,
  [codes.banned]: banned,
  spam_risk_too_many_pending_share: {
    kind: 'rejected',
    words:
      'Too many drafts wait in the inbox of this account. Finish them in the TikTok app first.',
    waitMs: dayMs,
  },
  [codes.userCap]: {
    kind: 'rejected',
    words:
      'TikTok doesn’t let more accounts post through this installation today. Try again in 24 hours.',
    waitMs: dayMs,
  },
  unaudited_client_can_only_post_to_private_accounts: {
    kind: 'rejected',
    words:
      'Until TikTok has audited this installation’s app, it only accepts posts for “Only me” from private accounts. Set the account to private in the TikTok app.',
  },
  url_ownership_unverified: {
    kind: 'rejected',
    words:
      'TikTok has not verified the address of this installation’s media. Its operator must verify it in TikTok’s portal.',
  },
  privacy_level_option_mismatch: {
    kind: 'rejected',
    words:
      'TikTok no longer offers the chosen visibility for this account. Choose again who can see the post.',
  },
  rate_limit_exceeded: {
    kind: 'rate_limited',
    words: 'TikTok is limiting the rate of requests.',
    waitMs: windowMs,
  },
  internal_error: internal,
}

/**
 * `fail_reason` of a publish with status FAILED. `unavailable`: TikTok documents that the post can
 * be retried.
 */
export const failReasons: Record<string, TiktokErrorRow> = {
  file_format_check_failed: {
    kind: 'rejected',
    words: 'TikTok doesn’t accept the format of this file.',
  },
  duration_check_failed: {
    kind: 'rejected',
    words: 'TikTok doesn’t accept a video of this length from this account.',
  },
  frame_rate_check_failed: {
    kind: 'rejected',
    words: 'TikTok doesn’t accept this frame rate. It must be between 23 and 60 per second.',
  },
  picture_size_check_failed: {
    kind: 'rejected',
    words: 'TikTok doesn’t accept the width and height of this picture.',
  },
  internal,
  video_pull_failed: {
    kind: 'unavailable',
    words: 'TikTok could not fetch the video from this installation’s address.',
  },
  photo_pull_failed: {
    kind: 'unavailable',
    words: 'TikTok could not fetch the photos from this installation’s address.',
  },
  publish_cancelled: { kind: 'rejected', words: 'The post was canceled at TikTok.' },
  auth_removed: {
    kind: 'reauthorize',
    words:
      'The connection was removed while TikTok was processing the post. Reconnect the account.',
  },
  [codes.tooManyPosts]: tooManyPosts,
  [codes.banned]: banned,
  spam_risk_text: {
    kind: 'rejected',
    words: 'TikTok considers the caption risky. Change the text.',
  },
  spam_risk: { kind: 'rejected', words: 'TikTok considers this post risky and rejected it.' },
}

const setup = (what: string): TiktokErrorRow => ({
  kind: 'permission',
  words: `${what} The operator must correct it in TikTok’s portal or here.`,
})

/** `error` of the token endpoints and the consent page. Not nested in an envelope. */
export const oauthErrors: Record<string, TiktokErrorRow> = {
  access_denied: {
    kind: 'rejected',
    words: 'TikTok says that the connection was declined. Nothing was connected.',
  },
  invalid_request: setup(
    'TikTok did not accept this installation’s request; often the redirect address is not the registered one.',
  ),
  invalid_client: setup('TikTok does not accept this installation’s client key or secret.'),
  invalid_grant: reconnect,
  invalid_scope: setup(
    'A permission that was asked for is not enabled for this installation’s app.',
  ),
  unauthorized_client: setup('This installation’s app at TikTok may not do this.'),
  unsupported_grant_type: setup('TikTok did not accept this installation’s way to ask for tokens.'),
  unsupported_response_type: setup(
    'TikTok did not accept this installation’s way to ask for consent.',
  ),
  non_sandbox_target: setup(
    'This installation’s app is in TikTok’s sandbox mode, and the account is not one of its target users.',
  ),
  server_error: internal,
  temporarily_unavailable: internal,
}
