import { randomBytes } from 'node:crypto'
import { Context } from '@temporalio/activity'
import { ZipFile } from 'yazl'
import { type Sql, tx } from '../db/connect.ts'
import { listFilesToExport, listWorkspacesToExport, personSections, type Section, workspaceSections } from '../db/export-rows.ts'
import { findExport, markExportMade } from '../db/exports.ts'
import { insertMailLink } from '../db/mail-links.ts'
import { enqueue } from '../db/outbox.ts'
import type { JsonRecord } from '../platforms/platform.ts'
import type { ExportRef } from '../workflows/names.ts'
import type { MediaStore } from './media-store.ts'

export type ExportingDeps = { sql: Sql; mediaStore: MediaStore; now: () => number }
export type ExportingActivities = ReturnType<typeof createExportingActivities>

export const createExportingActivities = (deps: ExportingDeps) => ({
  // promise: E1
  /** Writes the file, streaming, into the media store, and asks for the mail with its link. A repeat writes it anew. */
  makeExport: async ({ exportId }: ExportRef): Promise<void> => {
    const wanted = await findExport(deps.sql, exportId)
    if (!wanted || wanted.madeAt) return
    const storeKey = randomBytes(24).toString('base64url')
    const beat = setInterval(() => Context.current().heartbeat(), 10_000)
    try {
      await writeZip(deps, wanted.userId, storeKey)
    } finally {
      clearInterval(beat)
    }
    const now = new Date(deps.now())
    const sizeBytes = (await deps.mediaStore.size(storeKey)) ?? 0
    await tx(deps.sql, async (t) => {
      await markExportMade(t, exportId, { storeKey, sizeBytes, now })
      await enqueue(t, 'mail-link', await insertMailLink(t, { userId: wanted.userId, purpose: 'export', exportId, now }))
    })
  },
})

const writeZip = async ({ sql, mediaStore }: ExportingDeps, userId: string, storeKey: string): Promise<void> => {
  const zip = new ZipFile()
  const failing = new Promise<never>((_, reject) => zip.on('error', reject))
  zip.addBuffer(Buffer.from(readMe), 'read-me.txt')
  for (const section of await personSections(sql, userId)) addSection(zip, section)
  for (const workspace of await listWorkspacesToExport(sql, userId))
    for (const section of await workspaceSections(sql, workspace)) addSection(zip, section)
  for (const file of await listFilesToExport(sql, userId)) {
    // Opened when its turn comes, so that a thousand files are not open at once. Photos and videos do not get smaller.
    if ((await mediaStore.size(file.storeKey)) === null) continue
    zip.addReadStreamLazy(file.name, { compress: false }, (give) => give(null, mediaStore.open(file.storeKey)))
  }
  zip.end()
  await Promise.race([mediaStore.put(storeKey, zip.outputStream as never), failing])
}

const addSection = (zip: ZipFile, { file, rows }: Section): void => {
  zip.addBuffer(Buffer.from(JSON.stringify(rows, null, 2)), `${file}.json`)
  if (rows.length > 0) zip.addBuffer(Buffer.from(asCsv(rows)), `${file}.csv`)
}

/** RFC 4180, with a byte order mark for spreadsheets; a value that a spreadsheet would run is quoted as text. */
export const asCsv = (rows: JsonRecord[]): string => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
  return `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

const cell = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const readMe = `Everything that CrateSocial holds about you, as it stood when you asked.

you/          your account, and what you did and made
<workspace>/  for workspaces in which you are an admin: posts, what became of them, connected accounts, files

Each list comes twice: as .json and as .csv for a spreadsheet. Left out are your password (only a hash of it is kept) and tokens of
platforms (kept encrypted, for the connection alone). Times are UTC.
`
