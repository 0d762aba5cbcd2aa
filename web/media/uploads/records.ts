import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../../media/make-folder.ts'
import { unlessMissing } from '../../../media/missing-file.ts'
import type { MediaStore } from '../../../media/store.ts'

/** An upload in parts. It belongs to the person who began it. */
export type UploadRecord = {
  id: string
  workspaceId: string
  userId: string
  fileName: string
  /** The declared size in bytes. */
  size: number
  /** ISO. */
  begunAt: string
  /** The media that it has become. Null while it is unfinished. */
  mediaId: string | null
}

/** `received`: bytes. `touchedMs`: when the last of them arrived, in epoch milliseconds. */
export type Unfinished = { record: UploadRecord; received: number; touchedMs: number }

/** From this time on after its beginning, an upload can't be continued and is deleted. */
export const uploadExpiresMs = 24 * 3_600_000

// Three files per upload: `.json` while it is unfinished, `.bytes`, and `.done` instead of both
// once it is media, for a browser that didn't get the last answer.

/** The folder of uploads in parts, inside the scratch folder. */
export const uploadFolder = async (store: Pick<MediaStore, 'scratch'>): Promise<string> => {
  const folder = join(await store.scratch(), 'uploads')
  await makeFolder(folder)
  return folder
}

export const bytesPath = (folder: string, id: string): string => join(folder, `${id}.bytes`)

/** Null if there is no such upload, or if it has expired. */
export const findUpload = async (folder: string, id: string): Promise<UploadRecord | null> => {
  const record =
    (await read(join(folder, `${id}.json`))) ?? (await read(join(folder, `${id}.done`)))
  return record && Date.now() - Date.parse(record.begunAt) < uploadExpiresMs ? record : null
}

export const receivedBytes = async (folder: string, id: string): Promise<number> =>
  (await unlessMissing(stat(bytesPath(folder, id))))?.size ?? 0

export const beginUpload = async (folder: string, record: UploadRecord): Promise<void> => {
  await writeFile(bytesPath(folder, record.id), '', { mode: 0o600 })
  await write(join(folder, `${record.id}.json`), record)
}

/** Its bytes are not needed any more. */
export const finishUpload = async (
  folder: string,
  record: UploadRecord,
  mediaId: string,
): Promise<void> => {
  await write(join(folder, `${record.id}.done`), { ...record, mediaId })
  await rm(join(folder, `${record.id}.json`), { force: true })
  await rm(bytesPath(folder, record.id), { force: true })
}

export const removeUpload = async (folder: string, id: string): Promise<void> => {
  for (const end of ['json', 'bytes', 'done'])
    await rm(join(folder, `${id}.${end}`), { force: true })
}

export const listUnfinished = async (folder: string): Promise<Unfinished[]> => {
  const found: Unfinished[] = []
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue
    const record = await read(join(folder, name))
    const bytes = record && (await unlessMissing(stat(bytesPath(folder, record.id))))
    if (bytes) found.push({ record, received: bytes.size, touchedMs: bytes.mtimeMs })
  }
  return found
}

/** Deletes what has expired. Returns how many files. */
export const removeExpired = async (folder: string): Promise<number> => {
  let removed = 0
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const id = name.slice(0, name.indexOf('.'))
    const file = await unlessMissing(stat(path))
    // Bytes arrive until the end, so the time of the record counts. It is sorted after its bytes.
    const record = name.endsWith('.bytes')
      ? await unlessMissing(stat(join(folder, `${id}.json`)))
      : file
    if (!file || Date.now() - (record ?? file).mtimeMs < uploadExpiresMs) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

const read = async (path: string): Promise<UploadRecord | null> => {
  const text = await unlessMissing(readFile(path, 'utf8'))
  return text === null ? null : (JSON.parse(text) as UploadRecord)
}

/** Writes the whole file or nothing, whenever the process is killed. */
const write = async (path: string, record: UploadRecord): Promise<void> => {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await writeFile(part, JSON.stringify(record), { mode: 0o600 })
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
