import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { makeFolder } from './make-folder.ts'
import { isCode, unlessMissing } from './missing-file.ts'

/** The first and last byte, both inclusive, as in a Range header. */
export type ByteRange = { start: number; end: number }

/**
 * Stores the bytes of uploaded media. Keys are random names that we generate: `[A-Za-z0-9_-]{22,}`
 * with an optional extension.
 */
export type MediaStore = {
  /** Stores the whole stream or nothing. */
  put(key: string, stream: Readable): Promise<void>
  /** Moves a complete file into the store. It no longer exists at `path` afterwards. */
  putFile(key: string, path: string): Promise<void>
  /** Opens the bytes. If the key is missing, the stream emits an error. */
  open(key: string, range?: ByteRange): Readable
  /** The size in bytes. Null if there is nothing under the key. */
  size(key: string): Promise<number | null>
  /** When the bytes were written. Null if there is nothing under the key. */
  storedAt(key: string): Promise<Date | null>
  /** Removes the bytes. Removing a missing key succeeds. */
  remove(key: string): Promise<void>
  /** A local folder for files that are being received. Created at the first call. */
  scratch(): Promise<string>
  /**
   * The free bytes on the local disk that uploads go through. Without a bucket, the files also stay
   * there.
   */
  freeBytes(): Promise<number>
  /** All keys, in no particular order. */
  list(): AsyncIterable<string>
}

/** A media store in a local folder: `folder/<first two characters>/<key>`. */
export const createDiskStore = (folderUrl: string): MediaStore => {
  const folder = fileURLToPath(folderUrl)
  const pathOf = (key: string) => join(folder, checkedKey(key).slice(0, 2), key)
  const scratch = async () => {
    const path = join(folder, 'incoming')
    await makeFolder(path)
    return path
  }
  const putFile = async (key: string, path: string) => {
    await makeFolder(dirname(pathOf(key)))
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
    storedAt: async (key) => (await unlessMissing(stat(pathOf(key))))?.mtime ?? null,
    remove: async (key) => rm(pathOf(key), { force: true }),
    freeBytes: async () => freeBytesAt(await scratch()),
    list: async function* () {
      const found = await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }))
      for (const entry of found ?? []) if (entry.isFile() && isKey(entry.name)) yield entry.name
    },
  }
}

/** How many bytes this process may still write on the file system of `folder`. */
export const freeBytesAt = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Writes the stream to a file in `folder` and returns its path. If the stream fails, the file is
 * removed.
 */
export const writeFileFrom = async (
  stream: Readable,
  folder: string,
  key: string,
): Promise<string> => {
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

/** Throws unless the key is a valid name, so that a key can't lead outside the folder. */
export const checkedKey = (key: string): string => {
  if (!isKey(key)) throw new Error('a media key must be a random name')
  return key
}

/** Renames a file. Copies it if the target is on another file system. */
const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to)
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error
    await copyFile(from, to)
    await rm(from)
  }
}
