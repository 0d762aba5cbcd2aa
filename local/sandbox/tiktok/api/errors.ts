const guidelines =
  'Please review our integration guidelines at https://developers.tiktok.com/doc/content-sharing-guidelines/'
const ownership =
  'Please review our URL ownership verification rules at https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide/#pull_from_url'

/**
 * HTTP status and usual message of each error code of the data and posting calls (fact sheet 7).
 */
export const apiErrors = {
  invalid_params: { status: 400, message: 'The request parameters are invalid.' },
  invalid_param: { status: 400, message: 'The request parameters are invalid.' },
  invalid_file_upload: { status: 400, message: 'The uploaded file is invalid.' },
  scope_permission_missed: {
    status: 400,
    message: 'Some fields need additional scopes: ask the user to grant them.',
  },
  invalid_publish_id: { status: 400, message: 'The publish_id does not exist.' },
  token_not_authorized_for_specified_publish_id: {
    status: 400,
    message: 'The access token is not authorized for the specified publish_id.',
  },
  publish_not_cancellable: { status: 400, message: 'The publish can not be cancelled any more.' },
  app_version_check_failed: {
    status: 400,
    message: 'The TikTok app of the user must be version 31.8 or later.',
  },
  access_token_invalid: {
    status: 401,
    message: 'The access token is invalid or not found in the request.',
  },
  scope_not_authorized: {
    status: 401,
    message: 'The user did not authorize the scope required for completing this request.',
  },
  spam_risk_too_many_posts: { status: 403, message: guidelines },
  spam_risk_user_banned_from_posting: { status: 403, message: guidelines },
  spam_risk_too_many_pending_share: { status: 403, message: guidelines },
  reached_active_user_cap: { status: 403, message: guidelines },
  unaudited_client_can_only_post_to_private_accounts: { status: 403, message: guidelines },
  url_ownership_unverified: { status: 403, message: ownership },
  privacy_level_option_mismatch: { status: 403, message: guidelines },
  rate_limit_exceeded: {
    status: 429,
    message: 'The API rate limit was exceeded. Please try again later.',
  },
  internal_error: { status: 500, message: 'Something went wrong. Please try again later.' },
} as const

export type ApiErrorCode = keyof typeof apiErrors

/** The result of a check that refuses a call. */
export type Refusal = { code: ApiErrorCode; message?: string; httpStatus?: number }

export const isApiErrorCode = (code: unknown): code is ApiErrorCode =>
  typeof code === 'string' && Object.hasOwn(apiErrors, code)

/** OAuth error codes, which have no envelope (fact sheet 2.4). */
export type OAuthErrorCode =
  | 'access_denied'
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'server_error'
  | 'temporarily_unavailable'
