import type { Logger } from 'pino'
import {
  deleteHandled,
  type OutboxKind,
  type OutboxRow,
  takeDue,
} from '../../db/notifications/outbox.ts'
import { requestIds } from '../../db/notifications/request-ids.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Meters } from '../meters.ts'

/**
 * How each kind of outbox row is handled. Throwing means: try again later. Must be safe to repeat.
 */
export type OutboxHandlers = Record<OutboxKind, (refIds: string[]) => Promise<void>>
type RelayDeps = {
  sql: Sql
  handlers: Partial<OutboxHandlers>
  log: Logger
  meters?: Meters | undefined
}
export type Relay = { close(): Promise<void> }

const pollMs = 5_000
/** For its first second, a new row is left to the web process. */
const firstSecondMs = 1_100
const batch = 50

/**
 * Handles the rows that the web process couldn't. Woken by Postgres notifications, and by polling
 * in case one was lost. Several relays can run: each row is leased by one at a time, and becomes
 * due again if that one dies.
 */
export const startRelay = async (deps: RelayDeps): Promise<Relay> => {
  let closed = false
  let wake: () => void = () => undefined
  const subscription = await deps.sql.listen('outbox', () => wake())
  const loop = (async () => {
    while (!closed) {
      const handled = await carry(deps).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'the relay could not read the outbox')
        return 0
      })
      if (handled < batch && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs)
          wake = () => {
            clearTimeout(timer)
            setTimeout(resolve, closed ? 0 : firstSecondMs)
          }
        })
      }
    }
  })()
  return {
    close: async () => {
      closed = true
      wake()
      await loop
      await subscription.unlisten()
    },
  }
}

const carry = async (deps: RelayDeps): Promise<number> => {
  const rows = await takeDue(deps.sql, batch)
  // The resulting work carries the id of the causing request, as it does when the web process
  // handles the row.
  const groups = groupByCause(rows)
  await Promise.all(
    groups.map((group) =>
      requestIds.run(group.requestId ?? undefined, () => handleGroup(deps, group)),
    ),
  )
  return rows.length
}

/** Rows of one kind with the same causing request, or with none. */
type Group = { kind: OutboxKind; requestId: string | null; rows: OutboxRow[] }

const handleGroup = async (deps: RelayDeps, { kind, rows }: Group): Promise<void> => {
  try {
    const handle = deps.handlers[kind]
    if (!handle) throw new Error(`no handler for ${kind}`)
    const refIds = rows.map((row) => row.refId)
    await handle(refIds)
    await deleteHandled(
      deps.sql,
      rows.map((row) => row.id),
    )
    deps.meters?.relayed(kind, 'handled', rows.length)
    deps.log.info({ kind, refs: refIds }, 'outbox rows were handled')
  } catch (error) {
    deps.meters?.relayed(kind, 'failed', rows.length)
    deps.log.warn(
      { err: error, kind, rows: rows.length },
      'could not handle outbox rows; retrying later',
    )
  }
}

const groupByCause = (rows: OutboxRow[]): Group[] => {
  const groups = new Map<string, Group>()
  for (const { kind, requestId } of rows)
    groups.set(`${kind} ${requestId}`, { kind, requestId, rows: [] })
  for (const row of rows) groups.get(`${row.kind} ${row.requestId}`)?.rows.push(row)
  return [...groups.values()]
}
