import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { Context } from '@temporalio/activity'
import { ZipFile } from 'yazl'
import { enqueue } from '../../db/notifications/outbox.ts'
import { insertMailLink } from '../../db/people/mail-links.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import {
  accountSections,
  leftOut,
  listFilesToExport,
  listWorkspacesToExport,
  personSections,
  type Section,
  type WorkspaceToExport,
  workspaceSections,
} from '../../db/privacy/export-rows.ts'
import { findExport, keepExportKey, markExportMade } from '../../db/privacy/exports.ts'
import type { MediaStore } from '../../media/store.ts'
import { csvRows, csvTable } from '../../text/csv.ts'
import type { ExportRef } from '../../workflows/names.ts'
import { jsonParts } from './export-formats.ts'

export type ExportingDeps = { sql: Sql; mediaStore: MediaStore; now: () => number }
export type ExportingActivities = ReturnType<typeof createExportingActivities>

export const createExportingActivities = (deps: ExportingDeps) => ({
  // promise: E1
  /**
   * Writes the export into the media store and queues the email with its link. Streams rows and
   * media, so nothing is held in memory as a whole. A repeat overwrites the same file, so an
   * interrupted attempt leaves nothing behind.
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
      await enqueue(
        t,
        'mail-link',
        await insertMailLink(t, { userId: wanted.userId, purpose: 'export', exportId, now }),
      )
      return true
    })
    // The person was deleted while the file was being written.
    if (!kept) await deps.mediaStore.remove(storeKey)
  },
})

export const writeZip = async (
  { sql, mediaStore }: ExportingDeps,
  userId: string,
  storeKey: string,
): Promise<void> => {
  const zip = new ZipFile()
  // Its type is less specific than the stream it is.
  const bytes = zip.outputStream as Readable
  zip.on('error', (error: Error) => bytes.destroy(error))
  const workspaces = await listWorkspacesToExport(sql, userId)
  const sections = [...(await personSections(sql, userId)), ...(await accountSections(sql, userId))]
  for (const workspace of workspaces) sections.push(...(await workspaceSections(sql, workspace)))
  zip.addBuffer(Buffer.from(readMe(sections, workspaces)), 'README.txt')
  for (const one of sections) addSection(zip, one)
  for (const file of await listFilesToExport(sql, userId)) {
    if ((await mediaStore.size(file.storeKey)) === null) continue
    // Opened lazily, so that a thousand files aren't open at once. Photos and videos don't
    // compress.
    zip.addReadStreamLazy(file.name, { compress: false }, (give) =>
      give(null, mediaStore.open(file.storeKey)),
    )
  }
  zip.end()
  await mediaStore.put(storeKey, bytes)
}

const addSection = (zip: ZipFile, { file, columns, rows }: Section): void => {
  zip.addReadStreamLazy(`${file}.json`, (give) => give(null, Readable.from(jsonParts(rows()))))
  zip.addReadStreamLazy(`${file}.csv`, (give) =>
    give(null, Readable.from(csvParts(columns, rows()))),
  )
}

/** With a byte order mark, so that spreadsheets recognize UTF-8. */
const csvParts = async function* (columns: string[], batches: ReturnType<Section['rows']>) {
  yield csvTable([columns])
  for await (const rows of batches)
    yield csvRows(rows.map((row) => columns.map((column) => row[column])))
}

/** Describes every list, and what is left out and why. */
const readMe = (sections: Section[], workspaces: WorkspaceToExport[]): string => {
  const width = Math.max(...sections.map(({ file }) => file.length)) + 2
  const folders = [
    ['you/', 'you, and everything you created or did'],
    [
      'your-accounts/',
      'accounts that you connected in workspaces where you are not an admin, with their posts and numbers',
    ],
    ...workspaces.map(({ slug, name }) => [
      `${slug}/`,
      `the workspace ${name}, of which you are an admin, with everything in it`,
    ]),
    [
      '<workspace>/media/',
      'photos and videos: those you uploaded, and all of a workspace of which you are an admin',
    ],
  ]
  return `Everything that CrateSocial holds about you, as it was when this export was made.

Folders
${folders.map(([name = '', about]) => `  ${name.padEnd(width)}${about}`).join('\n')}

Lists
Each list comes twice: .json for programs, .csv for a spreadsheet. An empty list has no rows. Times are UTC.Next to each ID is the name of
what it stands for, in a column that ends in _name.
${sections.map(({ file, about }) => `  ${file.padEnd(width)}${about}`).join('\n')}

Left out
  Hashes, such as that of your password, platform tokens, which are encrypted, and internal file names: they are of no use outside CrateSocial.
${[...new Set(Object.values(leftOut))].map((why) => `  ${why}`).join('\n')}
`
}
