import type { Context, Handler } from 'hono'
import { endpoint } from '../../endpoint.ts'
import type { FaultRule } from '../../faults.ts'
import type { SandboxEnv } from '../../world.ts'
import { findToken, type TikTok } from '../context.ts'
import type { Scope } from '../login/scopes.ts'
import type { Token } from '../state.ts'
import { refuse } from './envelope.ts'
import { isApiErrorCode, type Refusal } from './errors.ts'

type Ctx = Context<SandboxEnv>

/**
 * An endpoint of the data and posting API. Recorded in the ledger under `name`, with errors in
 * TikTok's envelope.
 */
export function apiEndpoint(
  tiktok: TikTok,
  name: string,
  handler: (c: Ctx) => Response | Promise<Response>,
): Handler<SandboxEnv> {
  const account = (c: Ctx) => findToken(tiktok, c.req.header('authorization'))?.openId ?? null
  const platformError = (c: Ctx, rule: FaultRule) => refuse(tiktok, c, injectedRefusal(rule))
  return endpoint(
    tiktok.world,
    { platform: 'tiktok', endpoint: name, account, platformError },
    handler,
  )
}

/** The first checks of most calls: token, then scope, then rate limit. */
export function refuseCaller(
  tiktok: TikTok,
  c: Ctx,
  needs: { anyScope: Scope[]; bucket: string; perMinute: number },
): { token: Token } | Refusal {
  const token = findToken(tiktok, c.req.header('authorization'))
  if (!token) return { code: 'access_token_invalid' }
  if (!needs.anyScope.some((scope) => token.scopes.includes(scope)))
    return { code: 'scope_not_authorized' }
  const fits = tiktok.rates.take(
    `${needs.bucket} ${token.openId}`,
    needs.perMinute,
    tiktok.world.clock.now(),
  )
  return fits ? { token } : { code: 'rate_limit_exceeded' }
}

/**
 * The JSON body. Undefined if it isn't valid JSON or has another content type. An empty body counts
 * as `{}`.
 */
export async function readJson(c: Ctx): Promise<unknown> {
  const text = await c.get('body').text()
  if (text === '') return {}
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The error for a fault rule: one of TikTok's codes or an HTTP status. The default is 500
 * internal_error.
 */
function injectedRefusal(rule: FaultRule): Refusal {
  if (rule.kind === 'rate_limited') return { code: 'rate_limit_exceeded' }
  if (isApiErrorCode(rule.code)) return { code: rule.code }
  return { code: 'internal_error', httpStatus: Number(rule.code) || 500 }
}
