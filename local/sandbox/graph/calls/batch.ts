import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../../world.ts'
import type { GraphCall } from './call.ts'
import { refuseForNewApps } from './closed-features.ts'
import { GraphRefusal, NotSimulated, refuse } from './refusal.ts'

const maxOperations = 50

const operation = z.looseObject({
  method: z.enum(['GET', 'POST', 'DELETE']),
  relative_url: z.string().min(1),
  body: z.string().optional(),
})
type Operation = z.infer<typeof operation>

/** Keys of an operation that Meta supports and the sandbox doesn't. */
const notHere = ['name', 'depends_on', 'omit_response_on_success', 'attached_files', 'headers']

/**
 * POST /{version}/ with `batch`: up to 50 operations in one call, with the results in the same
 * order (fact sheet 4.6). An operation's error is in its own body. An operation that wasn't
 * finished is null. `graph` handles each operation like a separate call.
 */
export const runBatch =
  (graph: Hono<SandboxEnv>) =>
  async (call: GraphCall): Promise<unknown> => {
    const operations = readOperations(call)
    call.ledgerCall.facts.operations = operations.length
    const withHeaders = call.parameters.flag('include_headers') ?? true
    const answers = await Promise.all(operations.map((one) => run(graph, call, one)))
    sayUsage(
      call,
      answers.flatMap((answer) => (answer ? [answer.headers] : [])),
    )
    return answers.map((answer) => answer && shown(answer, withHeaders))
  }

/** Sends usage headers that include the batch's operations: the highest value of each. */
function sayUsage(call: GraphCall, headers: Headers[]): void {
  const counted = (text: string | null) =>
    text ? (JSON.parse(text) as Record<string, { call_count: number }[]>) : {}
  const app = headers.map((one) => counted(one.get('x-app-usage'))) as unknown as {
    call_count?: number
  }[]
  const mostUsed = app.toSorted((a, b) => (b.call_count ?? 0) - (a.call_count ?? 0))[0]
  if (mostUsed?.call_count) call.c.header('X-App-Usage', JSON.stringify(mostUsed))
  const accounts = headers
    .flatMap((one) => Object.entries(counted(one.get('x-business-use-case-usage'))))
    .toSorted(([, a], [, b]) => (a[0]?.call_count ?? 0) - (b[0]?.call_count ?? 0))
  if (accounts.length > 0)
    call.c.header('X-Business-Use-Case-Usage', JSON.stringify(Object.fromEntries(accounts)))
}

function readOperations(call: GraphCall): Operation[] {
  const raw = call.parameters.text('batch')
  const list: unknown = raw === undefined ? null : parse(raw)
  if (!Array.isArray(list)) throw refuse.parameter('param batch must be an array.')
  if (list.length > maxOperations) throw tooMany()
  return list.map((entry) => {
    const read = operation.safeParse(entry)
    if (!read.success)
      throw refuse.parameter(
        'param batch must be an array of operations with method and relative_url.',
      )
    if (entry.async) refuseForNewApps(call, 'async in a batch')
    const unknown = notHere.find((name) => name in entry)
    if (unknown) throw new NotSimulated(`${unknown} in an operation of a batch`)
    return read.data
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse.parameter('param batch must be valid JSON.')
  }
}

const tooMany = () =>
  new GraphRefusal({
    code: 100,
    type: 'GraphBatchException',
    message: `Too many requests in batch message. Maximum batch size is ${maxOperations}`,
  })

type Answer = { status: number; headers: Headers; body: string }

async function run(
  graph: Hono<SandboxEnv>,
  call: GraphCall,
  one: Operation,
): Promise<Answer | null> {
  const url = operationUrl(call, one)
  const incoming = bodyOf(one)
  const headers = new Headers(
    one.body === undefined ? [] : [['content-type', 'application/x-www-form-urlencoded']],
  )
  const request = new Request(url, { method: one.method, headers })
  const answer = await graph.fetch(request, { incoming, outgoing: call.c.env.outgoing })
  if (incoming.destroyed && !incoming.complete) return null
  return { status: answer.status, headers: answer.headers, body: await answer.text() }
}

function shown({ status, headers, body }: Answer, withHeaders: boolean): object {
  return {
    code: status,
    ...(withHeaders ? { headers: [...headers].map(([name, value]) => ({ name, value })) } : {}),
    body,
  }
}

/**
 * The version is in the outer path. The batch's token and proof apply to operations without a
 * token.
 */
function operationUrl(call: GraphCall, { relative_url: relative }: Operation): string {
  if (/^\/?v\d+\.\d+(\/|$)/.test(relative)) throw new NotSimulated('a version in relative_url')
  const url = new URL(`http://graph/graph/${call.version}/${relative.replace(/^\//, '')}`)
  if (url.searchParams.has('access_token') || !call.tokenText) return url.href
  url.searchParams.set('access_token', call.tokenText)
  const proof = call.parameters.text('appsecret_proof')
  if (proof) url.searchParams.set('appsecret_proof', proof)
  return url.href
}

/**
 * A request body as Node provides it. A fault that cuts the connection destroys only this
 * operation, not the whole batch.
 */
function bodyOf({ body }: Operation): IncomingMessage {
  const stream = Readable.from(body === undefined ? [] : [Buffer.from(body)])
  const whole = Object.assign(stream, { complete: true, socket: null as unknown })
  whole.socket = { destroy: () => Object.assign(whole, { complete: false }).destroy() }
  return whole as unknown as IncomingMessage
}
