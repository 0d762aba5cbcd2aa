import type { Refusal } from '../api/errors.ts'
import { findToken, getCreator, type TikTok } from '../context.ts'
import {
  privacyOptions,
  refuseBanned,
  refuseDailyCap,
  refusePendingCap,
  refuseUserCap,
} from '../creators/creator-rules.ts'
import type { Creator, Token } from '../state.ts'
import { refuseChunkPlan } from './chunk-plan.ts'
import { type InitKind, type InitRequest, readInitBody } from './init-body.ts'
import { isVerifiedUrl, whyNotPullable } from './url-ownership.ts'

/** An init that is being checked. Each check can use the results of the earlier ones. */
export type InitAttempt = {
  tiktok: TikTok
  kind: InitKind
  authorization: string | undefined
  body: unknown
  token?: Token
  creator?: Creator
  request?: InitRequest
}

type InitCheck = { name: string; refuse(attempt: InitAttempt): Refusal | null }

/**
 * In the order of fact sheet 12.9. TikTok's real order is unknown. To try another one, move a row.
 */
const initChecks: InitCheck[] = [
  { name: 'token', refuse: refuseToken },
  { name: 'scope', refuse: refuseScope },
  { name: 'rate limit', refuse: refuseRate },
  { name: 'body', refuse: refuseBody },
  {
    name: 'chunk rules',
    refuse: ({ request }) => (request?.plan ? refuseChunkPlan(request.plan) : null),
  },
  { name: 'URL ownership', refuse: refuseForeignUrls },
  { name: 'privacy option', refuse: refusePrivacy },
  { name: 'ban', refuse: ({ creator }) => refuseBanned(known(creator)) },
  {
    name: 'daily cap',
    refuse: ({ tiktok, creator, request }) =>
      isDirect(request) ? refuseDailyCap(tiktok, known(creator)) : null,
  },
  {
    name: 'pending cap',
    refuse: ({ tiktok, creator, request }) =>
      isDirect(request) ? null : refusePendingCap(tiktok, known(creator)),
  },
  { name: 'user cap', refuse: ({ tiktok, creator }) => refuseUserCap(tiktok, known(creator)) },
  { name: 'unaudited app', refuse: refuseUnaudited },
  { name: 'app version', refuse: refuseOldApp },
]

/** Runs all checks. If none refuses, `token`, `creator` and `request` of the attempt are set. */
export function refuseInit(attempt: InitAttempt): Refusal | null {
  for (const check of initChecks) {
    const refusal = check.refuse(attempt)
    if (refusal) return refusal
  }
  return null
}

function refuseToken(attempt: InitAttempt): Refusal | null {
  attempt.token = findToken(attempt.tiktok, attempt.authorization)
  if (!attempt.token) return { code: 'access_token_invalid' }
  attempt.creator = getCreator(attempt.tiktok, attempt.token.openId)
  return null
}

function refuseScope({ kind, body, token }: InitAttempt): Refusal | null {
  const isInboxPhoto =
    kind === 'photo' && (body as { post_mode?: unknown } | null)?.post_mode === 'MEDIA_UPLOAD'
  const needed = kind === 'inbox_video' || isInboxPhoto ? 'video.upload' : 'video.publish'
  return token?.scopes.includes(needed) ? null : { code: 'scope_not_authorized' }
}

function refuseRate({ tiktok, kind, token }: InitAttempt): Refusal | null {
  const bucket = tiktok.settings.tiktokSharedInitBucket ? 'init' : `init ${kind}`
  const fits = tiktok.rates.take(
    `${bucket} ${token?.openId}`,
    tiktok.settings.tiktokInitPerMinute,
    tiktok.world.clock.now(),
  )
  return fits ? null : { code: 'rate_limit_exceeded' }
}

function refuseBody(attempt: InitAttempt): Refusal | null {
  const read = readInitBody(attempt.kind, attempt.body)
  if ('code' in read) return read
  attempt.request = read
  return null
}

function refuseForeignUrls({ tiktok, request }: InitAttempt): Refusal | null {
  for (const url of request?.urls ?? []) {
    const message = whyNotPullable(url, tiktok.settings.allowPrivateHosts)
    if (message) return { code: 'invalid_params', message }
    if (!isVerifiedUrl(new URL(url), tiktok.settings.tiktokVerifiedPrefixes))
      return { code: 'url_ownership_unverified' }
  }
  return null
}

function refusePrivacy({ creator, request }: InitAttempt): Refusal | null {
  if (!request?.privacyLevel) return null
  return privacyOptions(known(creator)).includes(request.privacyLevel)
    ? null
    : { code: 'privacy_level_option_mismatch' }
}

/**
 * An unaudited app can post only to private accounts and only with SELF_ONLY. SELF_ONLY on a public
 * account is refused too.
 */
function refuseUnaudited({ tiktok, creator, request }: InitAttempt): Refusal | null {
  if (tiktok.settings.tiktokAudited || !isDirect(request)) return null
  const allowed = known(creator).private && request?.privacyLevel === 'SELF_ONLY'
  return allowed ? null : { code: 'unaudited_client_can_only_post_to_private_accounts' }
}

/** Photos in the inbox require TikTok 31.8 or later on the creator's phone (fact sheet 4.5). */
function refuseOldApp({ creator, request }: InitAttempt): Refusal | null {
  if (request?.kind !== 'photo' || request.mode !== 'inbox') return null
  const [major = 0, minor = 0] = known(creator).appVersion.split('.').map(Number)
  return major > 31 || (major === 31 && minor >= 8) ? null : { code: 'app_version_check_failed' }
}

const isDirect = (request: InitRequest | undefined) => request?.mode === 'direct'

function known(creator: Creator | undefined): Creator {
  if (!creator) throw new Error('A row of the table of init checks stands before the row "token".')
  return creator
}
