import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockEqualPosts } from '../../db/posts/equal-posts.ts'
import { listEqualRows } from '../../db/posts/imports/equal-rows.ts'
import {
  type CellFault,
  deleteImportRows,
  type ImportRef,
  type ImportRow,
  lockImport,
  setImportState,
} from '../../db/posts/imports/imports.ts'
import {
  askForReviewOfImport,
  insertLabelsOfImport,
  insertMediaOfImport,
  insertPostsOfImport,
  insertTargetsOfImport,
  listUsesOfFiles,
  summarizeRows,
} from '../../db/posts/imports/making.ts'
import { listMediaByIds } from '../../db/posts/media.ts'
import { requestRenditions } from '../../db/posts/renditions.ts'
import { lockSlots } from '../../db/posts/slots.ts'
import { wantedRendition } from '../../media/recipes.ts'
import type { Registry } from '../../platforms/index.ts'
import { type ImportDeps, postedTwice, timePassed } from './preparing.ts'

/** Rows for each statement. */
const part = 1_000
/** Faults that are kept for the page. */
const faultsKept = 200

/** Why nothing is made. Thrown to undo the transaction. */
class Refused extends Error {
  constructor(readonly faults: CellFault[]) {
    super('the import is refused')
  }
}

/**
 * Makes all posts of a prepared import in one transaction, or none. The import is locked and its
 * state changes with them, so a repeat makes nothing twice.
 */
export const finishImport = async (deps: ImportDeps, ref: ImportRef): Promise<void> => {
  try {
    await tx(deps.sql, async (t) => {
      // Before everything else, like all code that schedules. Only inserts follow.
      await lockSlots(t, ref.workspaceId)
      await lockEqualPosts(t, ref.workspaceId)
      const one = await lockImport(t, ref)
      if (one?.state === 'importing') await makeAll(t, deps, one)
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await refuseImport(deps, ref, error.faults)
  }
}

/** Ends an import of which nothing was made, and says why. */
export const refuseImport = (
  deps: ImportDeps,
  ref: ImportRef,
  faults: CellFault[],
): Promise<void> =>
  tx(deps.sql, async (t) => {
    const one = await lockImport(t, ref)
    if (one?.state !== 'importing') return
    await deleteImportRows(t, ref)
    await setImportState(t, ref, { state: 'refused', faults: faults.slice(0, faultsKept) })
  })

const makeAll = async (t: TransactionSql, deps: ImportDeps, one: ImportRow): Promise<void> => {
  const ref = { workspaceId: one.workspaceId, importId: one.id }
  const wanted = await summarizeRows(t, ref)
  if (wanted.open > 0) throw new Error('rows of the import are not prepared')
  if (wanted.first && wanted.first.getTime() <= deps.now())
    throw new Refused([{ row: 0, ...timePassed }])
  const equal = one.twice ? [] : await listEqualRows(t, ref, faultsKept)
  if (equal.length > 0) throw new Refused(equal.map((row) => ({ row, ...postedTwice })))
  let [posts, targets, files] = [0, 0, 0]
  for (let from = 0; from <= wanted.last; from += part) {
    const some = { ...ref, from, to: from + part }
    posts += await insertPostsOfImport(t, some)
    files += await insertMediaOfImport(t, some)
    await insertLabelsOfImport(t, some)
    targets += await insertTargetsOfImport(t, { ...some, total: wanted.targets })
  }
  if (posts !== wanted.posts || targets !== wanted.targets)
    throw new Refused([
      { row: 0, column: 'accounts', words: 'An account was disconnected meanwhile.' },
    ])
  if (files !== wanted.files)
    throw new Refused([{ row: 0, column: 'files', words: 'A file was deleted meanwhile.' }])
  await askForReviewOfImport(t, ref)
  await requestFiles(t, deps.platforms, ref)
  await deleteImportRows(t, ref)
  await setImportState(t, ref, { state: 'done' })
  await recordEvent(t, {
    name: 'posts.imported',
    workspaceId: one.workspaceId,
    userId: one.userId,
    subjectId: one.id,
    facts: { posts, targets },
  })
}

/** What has to be made of the files for their accounts. */
const requestFiles = async (
  t: TransactionSql,
  platforms: Registry,
  ref: ImportRef,
): Promise<void> => {
  const uses = await listUsesOfFiles(t, ref)
  const ids = [...new Set(uses.map(({ mediaId }) => mediaId))]
  const media = await listMediaByIds(t, ref.workspaceId, ids)
  const files = new Map(media.map((file) => [file.id, file]))
  const wanted = uses.flatMap(({ mediaId, platform, kind }) => {
    const file = files.get(mediaId)
    const recipe = platforms.platforms.get(platform)?.pictureFor?.(kind)
    return (file && wantedRendition({ ...file, edits: null }, recipe)) ?? []
  })
  const unique = new Map(wanted.map((one) => [JSON.stringify(one), one]))
  await requestRenditions(t, ref.workspaceId, [...unique.values()])
}
