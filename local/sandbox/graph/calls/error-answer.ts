import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { FaultRule } from '../../faults.ts'
import type { SandboxEnv } from '../../world.ts'
import { newTraceId } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { GraphError } from './refusal.ts'

/** Meta's error envelope (fact sheet 5.1) with the headers for the code. */
export function answerError(meta: Meta, c: Context<SandboxEnv>, error: GraphError): Response {
  if (error.challenge)
    c.header(
      'WWW-Authenticate',
      `OAuth "Facebook Platform" "${error.challenge}" "${error.message}"`,
    )
  if (error.code === 80001 || error.code === 80002)
    usageHeader(meta, c, error.code === 80001 ? 'pages' : 'instagram', 100)
  return c.json(
    {
      error: {
        message: error.message,
        type: error.type ?? 'OAuthException',
        code: error.code,
        ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
        is_transient: transientCodes.has(error.code),
        ...(error.title
          ? { error_user_title: error.title, error_user_msg: error.userMessage }
          : {}),
        fbtrace_id: newTraceId(),
      },
    },
    (error.status ?? statusOf(meta, error.code)) as ContentfulStatusCode,
  )
}

/** Sends X-Business-Use-Case-Usage for the account of this call. */
export function usageHeader(
  meta: Meta,
  c: Context<SandboxEnv>,
  type: 'pages' | 'instagram',
  percent: number,
): void {
  const account = c.get('call').account
  if (!account) return
  const minutes = percent >= 100 ? meta.settings.regainAccessMinutes : 0
  const usage = {
    type,
    call_count: percent,
    total_cputime: Math.ceil(percent / 4),
    total_time: Math.ceil(percent / 4),
    estimated_time_to_regain_access: minutes,
  }
  c.header('X-Business-Use-Case-Usage', JSON.stringify({ [account]: [usage] }))
}

/** Meta's error for a fault rule of kind `error` or `rate_limited`. */
export function injectedError(meta: Meta, c: Context<SandboxEnv>, rule: FaultRule): Response {
  const limitCode = { facebook: 80001, instagram: 80002, tiktok: 4, meta: 4 }[
    c.get('call').platform
  ]
  const code = Number(rule.code ?? (rule.kind === 'rate_limited' ? limitCode : 1))
  const known =
    knownErrors[rule.subcode === undefined ? `${code}` : `${code}/${rule.subcode}`] ??
    knownErrors[`${code}`]
  return answerError(meta, c, {
    code,
    subcode: rule.subcode,
    message: known ?? `(#${code}) An error occurred`,
    challenge: code === 190 ? 'invalid_token' : undefined,
    type: code === 100 && rule.subcode === 33 ? 'GraphMethodException' : 'OAuthException',
  })
}

const knownErrors: Record<string, string> = {
  '1': 'An unknown error has occurred.',
  '2': 'Service temporarily unavailable',
  '4': '(#4) Application request limit reached',
  '4/2207051': 'Application request limit reached',
  '-1/2207001': 'Fatal',
  '17': '(#17) User request limit reached',
  '32': '(#32) Page request limit reached',
  '100/33':
    "Unsupported get request. Object with ID 'x' does not exist, cannot be loaded due to missing permissions, or does not support this operation",
  '190': 'Invalid OAuth access token - Cannot parse access token',
  '190/458': 'Error validating access token: The user has not authorized application.',
  '190/460':
    'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
  '368': 'The action attempted has been deemed abusive or is otherwise disallowed',
  '613': '(#613) Calls to this api have exceeded the rate limit.',
  '80001':
    '(#80001) There have been too many calls to this Page account. Wait a bit and try again.',
  '80002':
    '(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.',
}

const transientCodes = new Set([1, 2, 4, 17, 32, 613, 80001, 80002])

function statusOf(meta: Meta, code: number): number {
  if (code === 190) return meta.settings.tokenErrorStatus
  if (code === 10 || (code >= 200 && code < 300)) return 403
  if ([4, 17, 32, 613].includes(code)) return 403
  return code === 1 || code === 2 ? 500 : 400
}
