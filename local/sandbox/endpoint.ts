import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Handler } from 'hono'
import type { FaultRule } from './faults.ts'
import { readBody } from './request-body.ts'
import type { SandboxEnv, World } from './world.ts'

export type EndpointName = {
  platform: string
  /** The name in the ledger and in fault rules. */
  endpoint: string
  /**
   * Returns a more specific name once the body has been read, because one path may serve several
   * steps.
   */
  refine?: (c: Context<SandboxEnv>) => Promise<string>
  /** Called once the body has been read. */
  account?: (c: Context<SandboxEnv>) => string | null | Promise<string | null>
  /** Formats an injected error (kinds `error` and `rate_limited`) as this platform does. */
  platformError: (c: Context<SandboxEnv>, rule: FaultRule) => Response | Promise<Response>
}

type SandboxHandler = (c: Context<SandboxEnv>) => Response | Promise<Response>

/**
 * Wraps a handler: records the call in the ledger, reads the body (`c.get('body')`) and applies
 * fault rules before, after or instead of the response. The handler can add to
 * `c.get('call').facts`.
 */
export function endpoint(
  world: World,
  name: EndpointName,
  handler: SandboxHandler,
): Handler<SandboxEnv> {
  return async (c) => {
    const call = world.ledger.begin({
      atMs: Date.now(),
      sandboxAtMs: world.clock.now(),
      platform: name.platform,
      endpoint: name.endpoint,
      account: null,
      method: c.req.method,
      path: c.req.path,
      facts: {},
    })
    c.set('call', call)
    const answer = await answerCall(world, name, handler, c)
    world.ledger.end(call, answer === lost ? 0 : answer.status)
    world.state.changed()
    return answer === lost ? RESPONSE_ALREADY_SENT : answer
  }
}

/** Stands for a response that never reaches the caller. */
const lost = Symbol('lost')
type Answer = Response | typeof lost

async function answerCall(
  world: World,
  name: EndpointName,
  handler: SandboxHandler,
  c: Context<SandboxEnv>,
): Promise<Answer> {
  const call = c.get('call')
  try {
    c.set('body', await readBody(c.env.incoming, world.dir))
  } catch {
    call.facts.incomplete = true
    return lost
  }
  call.endpoint = (await name.refine?.(c)) ?? name.endpoint
  call.account = (await name.account?.(c)) ?? null
  const rule = world.faults.meet(call)
  call.fault = rule?.id ?? null
  const act = async () => {
    const answer = await handler(c)
    await c.get('body').discard()
    return answer
  }
  if (!rule) return act()
  if (rule.when === 'late') return actLate(world, name, act, c, rule)
  if (rule.when === 'after') return disturb(world, name, c, rule, await act())
  return rule.kind === 'slow'
    ? disturb(world, name, c, rule, null).then(act)
    : disturb(world, name, c, rule, null)
}

/** Disturbs the call now and takes effect after `delayMs` of sandbox time. */
function actLate(
  world: World,
  name: EndpointName,
  act: () => Promise<Response>,
  c: Context<SandboxEnv>,
  rule: FaultRule,
): Promise<Answer> {
  world.clock.after(rule.delayMs ?? 30_000, async () => {
    const answer = await act()
    c.get('call').facts.lateStatus = answer.status
    world.state.changed()
  })
  return disturb(world, name, c, { ...rule, delayMs: undefined }, null)
}

/** `answer`: the platform's response, or null if it did nothing. */
async function disturb(
  world: World,
  name: EndpointName,
  c: Context<SandboxEnv>,
  rule: FaultRule,
  answer: Response | null,
): Promise<Answer> {
  switch (rule.kind) {
    case 'error':
    case 'rate_limited':
      return name.platformError(c, rule)
    case 'html503':
      return c.html(
        '<!doctype html><title>Sorry, something went wrong.</title><h1>Sorry, something went wrong.</h1>',
        503,
      )
    case 'reset':
      return cut(c)
    case 'timeout':
      await hangUpOrWait(c, rule.delayMs ?? world.settings.holdAnswerMs)
      return cut(c)
    case 'slow':
      await wait(rule.delayMs ?? 5_000)
      return answer ?? lost
    case 'truncated':
      return truncate(answer)
  }
}

function cut(c: Context<SandboxEnv>): Answer {
  c.env.incoming.socket.destroy()
  return lost
}

/** The first half of the response, so that it can't be parsed. */
async function truncate(answer: Response | null): Promise<Response> {
  const whole = answer ? await answer.text() : '{"data":"'
  return new Response(whole.slice(0, Math.ceil(whole.length / 2)), {
    status: answer?.status ?? 200,
    headers: { 'content-type': 'application/json' },
  })
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function hangUpOrWait(c: Context<SandboxEnv>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const alarm = setTimeout(resolve, ms)
    c.env.outgoing.once('close', () => {
      clearTimeout(alarm)
      resolve()
    })
  })
}
