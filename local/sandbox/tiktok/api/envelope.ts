import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { stringify } from 'lossless-json'
import type { TikTok } from '../context.ts'
import { newLogId } from '../ids.ts'
import { apiErrors, type OAuthErrorCode, type Refusal } from './errors.ts'

/**
 * A success in the envelope of fact sheet 1. A bigint in `data` becomes a JSON integer of any
 * length.
 */
export function answer(tiktok: TikTok, c: Context, data: Record<string, unknown> | null): Response {
  return envelope(tiktok, c, 200, data, 'ok', '')
}

/** An error in the same envelope, with `data: {}`. */
export function refuse(tiktok: TikTok, c: Context, refusal: Refusal): Response {
  const known = apiErrors[refusal.code]
  const isParamError = refusal.code === 'invalid_params' || refusal.code === 'invalid_param'
  const code = isParamError ? tiktok.settings.tiktokParamErrorCode : refusal.code
  return envelope(
    tiktok,
    c,
    refusal.httpStatus ?? known.status,
    {},
    code,
    refusal.message ?? known.message,
  )
}

/** OAuth errors have no envelope. Their HTTP status is a setting (fact sheet 2.4). */
export function refuseOAuth(
  tiktok: TikTok,
  c: Context,
  error: OAuthErrorCode,
  description: string,
  status?: number,
): Response {
  const logId = newLogId(tiktok.world.clock.now())
  c.header('x-tt-logid', logId)
  const body = { error, error_description: description, log_id: logId }
  return c.json(body, (status ?? tiktok.settings.tiktokOauthErrorStatus) as ContentfulStatusCode)
}

function envelope(
  tiktok: TikTok,
  c: Context,
  status: number,
  data: unknown,
  code: string,
  message: string,
): Response {
  const logId = newLogId(tiktok.world.clock.now())
  const error = { code, message, log_id: logId }
  c.header('x-tt-logid', logId)
  c.header('Content-Type', 'application/json; charset=utf-8')
  return c.body(
    stringify(data === null ? { error } : { data, error }) ?? '',
    status as ContentfulStatusCode,
  )
}
