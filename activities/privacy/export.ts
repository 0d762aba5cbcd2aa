import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { Context } from '@temporalio/activity'
import { ZipFile } from 'yazl'
import { type Sql, tx } from '../db/connect.ts'
import {
  accountSections,
  listFilesToExport,
  listWorkspacesToExport,
  personSections,
  type Section,
  workspaceSections,
} from '../db/export-rows.ts'
import { findExport, keepExportKey, markExportMade } from '../db/exports.ts'
import { insertMailLink } from '../db/mail-links.ts'
import { enqueue } from '../db/outbox.ts'
import type { ExportRef } from '../workflows/names.ts'
import { csvLine, jsonParts } from './export-formats.ts'
import type { MediaStore } from './media-store.ts'

export type ExportingDeps = { sql: Sql; mediaStore: MediaStore; now: () => number }
export type ExportingActivities = ReturnType<typeof createExportingActivities>

export const createExportingActivities = (deps: ExportingDeps) => ({
  // promise: E1
  /**
   * Writes the file into the media store, and asks for the mail with its link. Rows and media pass through; nothing is held whole. A repeat
   * writes it anew under the same name, so that one that was cut short leaves nothing behind.
   */
  makeExport: async ({ exportId }: ExportRef): Promise<void> => {
    const wanted = await findExport(deps.sql, exportId)
    if (!wanted || wanted.madeAt) return
    const storeKey = await keepExportKey(deps.sql, exportId, randomBytes(24).toString('base64url'))
    const beat = setInterval(() => Context.current().heartbeat(), 10_000)
    try {
      await writeZip(deps, wanted.userId, storeKey)
    } finally {
      clearInterval(beat)
    }
    const now = new Date(deps.now())
    const sizeBytes = (await deps.mediaStore.size(storeKey)) ?? 0
    const kept = await tx(deps.sql, async (t) => {
      if (!(await markExportMade(t, exportId, { sizeBytes, now }))) return false
      await enqueue(t, 'mail-link', await insertMailLink(t, { userId: wanted.userId, purpose: 'export', exportId, now }))
      return true
    })
    // The person was erased while their file was written.
    if (!kept) await deps.mediaStore.remove(storeKey)
  },
})

export const writeZip = async ({ sql, mediaStore }: ExportingDeps, userId: string, storeKey: string): Promise<void> => {
  const zip = new ZipFile()
  // Typed as less than the stream that it is.
  const bytes = zip.outputStream as Readable
  zip.on('error', (error: Error) => bytes.destroy(error))
  zip.addBuffer(Buffer.from(readMe), 'read-me.txt')
  for (const one of [...(await personSections(sql, userId)), ...(await accountSections(sql, userId))]) addSection(zip, one)
  for (const workspace of await listWorkspacesToExport(sql, userId))
    for (const one of await workspaceSections(sql, workspace)) addSection(zip, one)
  for (const file of await listFilesToExport(sql, userId)) {
    if ((await mediaStore.size(file.storeKey)) === null) continue
    // Opened when its turn comes, so that a thousand files are not open at once. Photos and videos do not get smaller.
    zip.addReadStreamLazy(file.name, { compress: false }, (give) => give(null, mediaStore.open(file.storeKey)))
  }
  zip.end()
  await mediaStore.put(storeKey, bytes)
}

const addSection = (zip: ZipFile, { file, columns, rows }: Section): void => {
  zip.addReadStreamLazy(`${file}.json`, (give) => give(null, Readable.from(jsonParts(rows()))))
  zip.addReadStreamLazy(`${file}.csv`, (give) => give(null, Readable.from(csvParts(columns, rows()))))
}

/** With a byte order mark, by which spreadsheets know UTF-8. */
const csvParts = async function* (columns: string[], batches: ReturnType<Section['rows']>) {
  yield `\uFEFF${csvLine(columns)}`
  for await (const rows of batches) yield rows.map((row) => csvLine(columns.map((column) => row[column]))).join('')
}

const readMe = `Everything that CrateSocial holds about you, as it stood when you asked.

you/            your account, and every row that names you: what you did and made, sessions, notices, invitations
your-accounts/  accounts that you connected in workspaces of others, their posts and numbers
<workspace>/    workspaces in which you are an admin: posts, what became of them, connected accounts, numbers
<workspace>/media/  the files, as far as they are still kept

Each list comes twice: as .json and as .csv for a spreadsheet; an empty list has no rows. Left out are hashes, such as that of your
password, tokens of platforms (kept encrypted, for the connection alone) and internal names of files. Times are UTC.
`
