import type { Context, Handler } from 'hono'
import { endpoint } from '../../endpoint.ts'
import type { FaultRule } from '../../faults.ts'
import type { SandboxEnv } from '../../world.ts'
import type { Meta } from '../meta.ts'
import type { GraphCall } from './call.ts'
import { identify, noCurrentUser } from './caller.ts'
import { refuseClosedFeatures } from './closed-features.ts'
import { answerError, injectedError, usageHeader } from './error-answer.ts'
import { checkParameters } from './known-parameters.ts'
import { type Parameters, readParameters } from './parameters.ts'
import { GraphRefusal, NotSimulated, refuse } from './refusal.ts'
import { servingVersion } from './version.ts'

export type GraphEndpoint = {
  platform: 'facebook' | 'instagram' | 'meta'
  endpoint: string
  account?: (meta: Meta, c: Context<SandboxEnv>) => string | null
  /** True for login calls, which need no token. */
  open?: true
  /**
   * For a path that serves several steps: the parameter whose value is added to the name, as in
   * `video_reels.finish`.
   */
  stepParameter?: string
  /** True if the body is a file, not parameters. */
  rawBody?: true
  /** True for a batch: its operations are counted, not the batch itself. */
  uncounted?: true
}

type GraphHandler = (call: GraphCall) => unknown

/**
 * An endpoint in the ledger that responds with Meta's JSON: the result of `handle` or the error
 * that it throws.
 */
export function graphEndpoint(
  meta: Meta,
  name: GraphEndpoint,
  handle: GraphHandler,
): Handler<SandboxEnv> {
  const account = (c: Context<SandboxEnv>) => name.account?.(meta, c) ?? null
  const platformError = (c: Context<SandboxEnv>, rule: FaultRule) => injectedError(meta, c, rule)
  const parametersOf = rememberParameters(meta, name)
  const refine = (c: Context<SandboxEnv>) => stepName(name, c, parametersOf)
  const { platform, endpoint: base } = name
  return endpoint(
    meta.world,
    { platform, endpoint: base, refine, account, platformError },
    async (c) => {
      try {
        return await answer(meta, name, c, await parametersOf(c), handle)
      } catch (error) {
        if (error instanceof GraphRefusal) return answerError(meta, c, error.error)
        if (error instanceof NotSimulated) return notSimulated(c, error.message)
        throw error
      }
    },
  )
}

type ParametersOf = (c: Context<SandboxEnv>) => Promise<Parameters>

/** Reads the parameters of a call only once. */
function rememberParameters(meta: Meta, name: GraphEndpoint): ParametersOf {
  const read = new WeakMap<Context<SandboxEnv>, Promise<Parameters>>()
  return (c) => {
    const parameters =
      read.get(c) ?? readParameters(c, meta.world.dir, { rawBody: name.rawBody ?? false })
    read.set(c, parameters)
    return parameters
  }
}

async function stepName(
  name: GraphEndpoint,
  c: Context<SandboxEnv>,
  parametersOf: ParametersOf,
): Promise<string> {
  if (!name.stepParameter) return name.endpoint
  // Unreadable parameters are rejected later, when the call is handled.
  const parameters = await parametersOf(c).catch(() => null)
  const step = parameters?.text(name.stepParameter)
  return step ? `${name.endpoint}.${step}` : name.endpoint
}

async function answer(
  meta: Meta,
  name: GraphEndpoint,
  c: Context<SandboxEnv>,
  parameters: Parameters,
  handle: GraphHandler,
): Promise<Response> {
  try {
    const call = readCall(meta, c, parameters)
    if (!name.open) {
      if (!call.tokenText && /^(\/v[0-9.]+)?\/me(\/|$)/.test(call.graphPath)) throw noCurrentUser()
      call.caller = identify(meta, call.tokenText, parameters, !name.rawBody)
      if (!name.uncounted) countUsage(meta, c)
      if (!name.rawBody) {
        refuseClosedFeatures(call)
        checkParameters(call, name.endpoint)
      }
    }
    const result = await handle(call)
    return result instanceof Response ? result : c.json(result as object)
  } finally {
    await parameters.discard()
  }
}

function readCall(meta: Meta, c: Context<SandboxEnv>, parameters: Parameters): GraphCall {
  const graphPath = c.req.path.replace(/^\/[a-z-]+/, '')
  const asked = graphPath.match(/^(?:\/[a-z-]+-upload)?\/(v\d+\.\d+)(?=\/|$)/)?.[1]
  const version = servingVersion(asked, meta.world.clock.now())
  const ledgerCall = c.get('call')
  if (version !== asked) ledgerCall.facts.servedAs = version
  const bearer = c.req.header('authorization')?.match(/^(?:Bearer|OAuth) (\S+)$/i)?.[1]
  const tokenText = parameters.text('access_token') ?? bearer
  return { meta, c, ledgerCall, parameters, version, graphPath, tokenText, caller: { kind: 'app' } }
}

/** @throws GraphRefusal 4, 80001 or 80002 if a limit is reached */
function countUsage(meta: Meta, c: Context<SandboxEnv>): void {
  const app = meta.usage.countApp()
  if (app.percent >= 100)
    throw refuse.general(4, undefined, '(#4) Application request limit reached')
  if (app.percent > 0)
    c.header(
      'X-App-Usage',
      JSON.stringify({
        call_count: app.percent,
        total_time: Math.ceil(app.percent / 2),
        total_cputime: Math.ceil(app.percent / 2),
      }),
    )
  const { account, platform } = c.get('call')
  if (!account) return
  const business = meta.usage.countBusiness(account)
  const type = platform === 'instagram' ? 'instagram' : 'pages'
  if (business.percent > 0) usageHeader(meta, c, type, Math.min(100, business.percent))
  if (business.percent < 100) return
  const [code, kind] = type === 'pages' ? [80001, 'Page'] : [80002, 'Instagram']
  throw refuse.general(
    code as number,
    undefined,
    `(#${code}) There have been too many calls to this ${kind} account. Wait a bit and try again.`,
  )
}

export const notSimulated = (c: Context<SandboxEnv>, message: string): Response =>
  c.json(
    {
      error: {
        message: `Not implemented in the sandbox: ${message}`,
        type: 'SandboxNotImplemented',
        code: 501,
      },
    },
    501,
  )
