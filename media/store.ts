import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { isCode, unlessMissing } from './missing-file.ts'

/** First and last byte, both inclusive, as in a Range header. */
export type ByteRange = { start: number; end: number }

/** Where the bytes of uploaded media live. Keys are random names made by us: `[A-Za-z0-9_-]{22,}` with an optional ending. */
export type MediaStore = {
  /** Writes the whole stream or nothing. */
  put(key: string, stream: Readable): Promise<void>
  /** Takes a finished file over; it is gone from `path` afterwards. */
  putFile(key: string, path: string): Promise<void>
  /** Opens the bytes; a missing key shows as an error of the stream. */
  open(key: string, range?: ByteRange): Readable
  /** Bytes stored; null when there is nothing under the key. */
  size(key: string): Promise<number | null>
  /** Removing what is not there is a success. */
  remove(key: string): Promise<void>
  /** Folder of the local disk for files on their way in; made when it is first asked for. */
  scratch(): Promise<string>
  /** Every key, in no order. */
  list(): AsyncIterable<string>
}

/** The store that MEDIA_URL names: a folder (file:) or a bucket (s3:). */
export const createMediaStore = async (media: Config['media']): Promise<MediaStore> => {
  if (!media.url.startsWith('s3:')) return createDiskStore(media.url)
  const { createS3Store } = await import('./s3-store.ts') // Amazon's library is loaded only where it is used
  return createS3Store({ ...media.s3, url: media.url })
}

/** Media in a folder of this machine: `folder/<first two characters>/<key>`. */
export const createDiskStore = (folderUrl: string): MediaStore => {
  const folder = fileURLToPath(folderUrl)
  const pathOf = (key: string) => join(folder, checkedKey(key).slice(0, 2), key)
  const scratch = async () => {
    const path = join(folder, 'incoming')
    await mkdir(path, { recursive: true, mode: 0o700 })
    return path
  }
  const putFile = async (key: string, path: string) => {
    await mkdir(dirname(pathOf(key)), { recursive: true, mode: 0o700 })
    await move(path, pathOf(key))
  }
  return {
    scratch,
    putFile,
    put: async (key, stream) => {
      await putFile(key, await writeFileFrom(stream, await scratch(), key))
    },
    open: (key, range) => createReadStream(pathOf(key), range ?? {}),
    size: async (key) => (await unlessMissing(stat(pathOf(key))))?.size ?? null,
    remove: async (key) => rm(pathOf(key), { force: true }),
    list: async function* () {
      const found = await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }))
      for (const entry of found ?? []) if (entry.isFile() && isKey(entry.name)) yield entry.name
    },
  }
}

/** Writes the stream into a file of `folder`, and returns its path; nothing stays of a stream that broke. */
export const writeFileFrom = async (stream: Readable, folder: string, key: string): Promise<string> => {
  const path = join(folder, `${checkedKey(key)}.part`)
  try {
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }))
    return path
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

const isKey = (name: string): boolean => /^[A-Za-z0-9_-]{22,}(\.[a-z0-9]{1,5})?$/.test(name)

/** A key never leaves the folder, whoever made it. */
export const checkedKey = (key: string): string => {
  if (!isKey(key)) throw new Error('a media key must be a random name')
  return key
}

/** A rename; a copy where the temporary folder lies on another file system. */
const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to)
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error
    await copyFile(from, to)
    await rm(from)
  }
}
