import { createHash } from 'node:crypto'
import {
  type ApiRequest,
  findAnswer,
  type KnownAnswer,
  keepAnswer,
  releaseName,
  takeName,
} from '../../db/api/requests.ts'
import { inside, tx } from '../../db/postgres/connect.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { WebDeps } from '../http/env.ts'
import type { Caller } from './caller.ts'
import { ApiProblem } from './problems.ts'

/**
 * What a write answers: ids, versions, states and times, which are kept for a repetition. `idle`: it
 * changed nothing, such as a cancel while the post was being sent, and may do something later.
 */
export type Written = { status: number; answer: JsonRecord; idle?: boolean }

type Work = (deps: WebDeps) => Promise<Written>

/** The same request again waits in this server, so that it holds no connection meanwhile. */
const runningIn = new WeakMap<WebDeps, Map<string, Promise<unknown>>>()

export const requestOf = (caller: Caller, name: string, content: unknown[]): ApiRequest => ({
  keyId: caller.keyId,
  workspaceId: caller.workspace.id,
  nameHash: createHash('sha256').update(name).digest(),
  contentHash: createHash('sha256').update(JSON.stringify(content)).digest(),
})

/**
 * Carries out a write once. Its effect and its answer are written in one transaction, so a repeated
 * request gets the first answer, even if the server was killed before it could send it. A request
 * that was refused or changed nothing leaves nothing behind and can be sent again. `work` gets
 * services whose transactions are part of this one. `before` runs outside of it, and not for a
 * repetition.
 */
export const once = async (
  deps: WebDeps,
  request: ApiRequest,
  work: Work,
  before: () => Promise<void> | undefined = () => undefined,
): Promise<Written> => {
  const running = runningIn.get(deps) ?? new Map<string, Promise<unknown>>()
  runningIn.set(deps, running)
  const place = `${request.keyId} ${request.nameHash.toString('hex')}`
  for (let other = running.get(place); other; other = running.get(place))
    await other.catch(() => undefined) // its own request reports why it failed
  const mine = run(deps, request, work, before)
  running.set(place, mine)
  try {
    return await mine
  } finally {
    running.delete(place)
  }
}

const run = async (
  deps: WebDeps,
  request: ApiRequest,
  work: Work,
  before: () => Promise<void> | undefined,
): Promise<Written> => {
  const known = await findAnswer(deps.sql, request)
  if (known) return again(known)
  await before()
  const signaled: string[] = []
  const written = await tx(deps.sql, async (t) => {
    signaled.length = 0
    if (!(await takeName(t, request))) {
      const other = await findAnswer(t, request)
      if (!other) throw new Error('a request without an answer was committed')
      return again(other)
    }
    const temporal = {
      ...deps.temporal,
      signalTargets: (ids: string[]) => void signaled.push(...ids),
    } as WebDeps['temporal']
    const done = await work({ ...deps, sql: inside(t), temporal })
    await (done.idle ? releaseName(t, request) : keepAnswer(t, request, done))
    return done
  })
  if (signaled.length > 0) deps.temporal.signalTargets(signaled)
  return written
}

export const again = ({ status, answer, isSame }: KnownAnswer): Written => {
  if (isSame) return { status, answer }
  throw new ApiProblem(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request within 7 days. Use a new one.',
  )
}
