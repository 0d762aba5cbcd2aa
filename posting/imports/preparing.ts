import { listChannelsToCompose } from '../../db/channels/account-facts.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import {
  type CellFault,
  type ImportedPost,
  type ImportRef,
  listRowsToPrepare,
  setPrepared,
} from '../../db/posts/imports/imports.ts'
import { listMediaByIds, type Media } from '../../db/posts/media.ts'
import type { TargetToSchedule } from '../../db/posts/target-moves.ts'
import type { Registry } from '../../platforms/index.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import { targetContent } from '../channel-draft.ts'
import { judgeStored } from '../stored-content.ts'

export type ImportDeps = { sql: Sql; platforms: Registry; now: () => number }

const batch = 250

/** What an account gets, as it is kept with a row. */
type PreparedTarget = Omit<TargetToSchedule, 'dueAt' | 'queued'> & { dueAt: string }

/**
 * Judges rows again with the facts of now, and keeps what their accounts get. Returns what is wrong;
 * then nothing may be made. `done`: there are no more rows. A repeat goes on where it was.
 */
export const prepareSome = async (
  deps: ImportDeps,
  ref: ImportRef,
): Promise<{ faults: CellFault[]; done: boolean }> => {
  const rows = await listRowsToPrepare(deps.sql, ref, batch)
  if (rows.length === 0) return { faults: [], done: true }
  const chosen = new Set(rows.flatMap(({ post }) => Object.keys(post.choices)))
  const files = new Set(rows.flatMap(({ post }) => post.media.map(({ id }) => id)))
  const found = await listChannelsToCompose(deps.sql, ref.workspaceId, [...chosen])
  const media = await listMediaByIds(deps.sql, ref.workspaceId, [...files])
  const known = new Map(media.map((one) => [one.id, one]))
  const nowMs = deps.now()
  const judged = rows.map(({ position, post }) => ({
    position,
    ...(post.state === 'draft'
      ? { faults: [], targets: [] }
      : judgeRow(deps.platforms, post, { found, known, nowMs })),
  }))
  const faults = judged.flatMap(({ position, faults }) =>
    faults.map((fault) => ({ row: position, ...fault })),
  )
  if (faults.length > 0) return { faults, done: false }
  const prepared = judged.map(({ position, targets }) => ({
    position,
    targets: targets as JsonRecord[],
  }))
  await tx(deps.sql, (t) => setPrepared(t, ref, prepared))
  return { faults: [], done: false }
}

type Known = {
  found: Awaited<ReturnType<typeof listChannelsToCompose>>
  known: Map<string, Media>
  nowMs: number
}
type Judged = { faults: Omit<CellFault, 'row'>[]; targets: PreparedTarget[] }

const judgeRow = (
  platforms: Registry,
  post: ImportedPost,
  { found, known, nowMs }: Known,
): Judged => {
  const media = post.media.flatMap(({ id, altText }) => {
    const file = known.get(id)
    return file ? [{ ...file, altText, edits: null }] : []
  })
  const { accounts, gone } = judgeStored(platforms, post, media, found)
  const dueAt = post.dueAt ?? ''
  const faults = [
    ...(media.length < post.media.length
      ? [{ column: 'files', words: 'A file was deleted meanwhile.' }]
      : []),
    ...(gone.length > 0
      ? [{ column: 'accounts', words: 'An account was disconnected meanwhile.' }]
      : []),
    ...(Date.parse(dueAt) > nowMs ? [] : [timePassed]),
    ...accounts.flatMap((one) =>
      one.faults.map(({ words }) => ({
        column: 'accounts',
        words: `${one.platform.label}: ${words}`,
      })),
    ),
  ]
  const targets = accounts.map((one) => ({ ...targetContent(one.channel, one), dueAt }))
  return { faults, targets }
}

export const timePassed = { column: 'time', words: 'This time has passed meanwhile.' }

export const postedTwice = {
  column: '',
  words:
    'The same content goes out on this account within a day. Change it, remove the row, or allow repeats when you upload the file.',
}
