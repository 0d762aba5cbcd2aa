import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, link, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { tx } from '../../db/postgres/connect.ts'
import { keepFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import { findMedia, insertMedia, type Media } from '../../db/posts/media.ts'
import { isDiskFull } from '../../media/disk-full.ts'
import { FfmpegFailed } from '../../media/ffmpeg.ts'
import { hashFile } from '../../media/hash-file.ts'
import { isCode } from '../../media/missing-file.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { sniffType } from '../../media/sniff.ts'
import type { MediaStore } from '../../media/store.ts'
import type { WebDeps } from '../http/env.ts'
import { fileKeyOf } from '../http/forms/form-keys.ts'
import { bytes as inWords } from '../time/formats.ts'
import { readFileName } from './library/rename.ts'
import { type PreparedUpload, preparePictureUpload, prepareVideoUpload } from './prepare-upload.ts'
import { claimQuota, diskFull, requireDiskSpace, requireSpace } from './space.ts'

export type Upload = {
  workspaceId: string
  userId: string
  fileName: string
  /** The key of the form it came with. The same file from the same form is stored only once. */
  formKey?: string | null
  /** Instead of `formKey`: how else the file is recognized. */
  once?: StoredOnce
} & (Sent | Received)

/** Recognizes a file that is sent twice, in the transaction that stores it. */
export type StoredOnce = {
  /** The media that the file has become before. Null: none yet. */
  before(t: TransactionSql, sha256: Buffer): Promise<string | null>
  keep(t: TransactionSql, mediaId: string, sha256: Buffer): Promise<void>
}

/** A file that is still arriving. */
type Sent = {
  stream: Readable
  /** The Content-Length. Null if the browser didn't send it. */
  declaredBytes: number | null
}

/** A file that has arrived in parts, in a folder of the scratch folder. It stays where it is. */
type Received = { receivedPath: string }

type IntakeDeps = Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>

/**
 * Takes in an uploaded file in constant memory, whatever its size: writes it to disk while counting
 * bytes, detects its type from its content, re-encodes pictures, probes videos, then stores it and
 * inserts its row in one transaction. Throws MediaRefused with a message for the person. A refused
 * file leaves nothing behind.
 */
export const takeIn = async (deps: IntakeDeps, upload: Upload): Promise<Media> => {
  const fileName = readFileName(upload.fileName) ?? 'file'
  const scratch = await deps.mediaStore.scratch()
  await removeAbandoned(scratch)
  const path = join(scratch, randomBytes(16).toString('hex'))
  const paths = [path, ...['out', 'webp', 'medium', 'png'].map((end) => `${path}.${end}`)]
  try {
    if ('receivedPath' in upload) await linkTo(upload.receivedPath, path)
    else {
      const bytes = upload.declaredBytes ?? 0
      await requireSpace(deps, upload.workspaceId, { disk: bytes, quota: bytes })
      await receive(deps, upload, path)
    }
    const type = await sniffType(path, fileName)
    const prepared = await (type.kind === 'image'
      ? preparePictureUpload(deps, upload, path)
      : prepareVideoUpload(deps, upload, path, type.demuxer))
    return await keep(deps, { ...upload, fileName }, prepared)
  } catch (error) {
    if (error instanceof FfmpegFailed && error.why === 'missing') throw noFfmpeg()
    throw isDiskFull(error) ? diskFull() : error
  } finally {
    await Promise.all(paths.map((left) => rm(left, { force: true })))
  }
}

const noFfmpeg = () =>
  new MediaRefused(
    'no_ffmpeg',
    'This installation can’t read videos and HEIC pictures right now: ffmpeg is missing. Ask its operator to install it.',
  )

/**
 * Free space is checked this often during an upload, because the length may be unknown and uploads
 * run at the same time.
 */
export const checkSpaceEveryBytes = 16 * 2 ** 20

const receive = async (deps: IntakeDeps, upload: Sent, path: string): Promise<void> => {
  const maxBytes = deps.config.media.maxUploadBytes
  if (upload.declaredBytes !== null && upload.declaredBytes > maxBytes) throw fileTooLarge(maxBytes)
  let received = 0
  let checkedAt = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > maxBytes) return done(fileTooLarge(maxBytes))
      if (received - checkedAt < checkSpaceEveryBytes) return done(null, chunk)
      checkedAt = received
      requireDiskSpace(deps, 0).then(() => done(null, chunk), done)
    },
  })
  await pipeline(upload.stream, counter, createWriteStream(path, { mode: 0o600 })).catch(
    explainBreak,
  )
  if (received === 0) throw fileEmpty()
  if (upload.declaredBytes !== null && received < upload.declaredBytes) throw brokenOff()
}

export const fileTooLarge = (maxBytes: number) =>
  new MediaRefused(
    'too_large',
    `This file is larger than ${inWords(maxBytes)}, the upload limit. Export a smaller one.`,
  )

export const fileEmpty = () => new MediaRefused('empty', 'This file is empty.')

/** A second name for the received file, so that a failed attempt can be repeated from the first. */
const linkTo = async (from: string, to: string): Promise<void> => {
  await link(from, to).catch(async (error: unknown) => {
    // Some file systems have no hard links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].some((code) => isCode(error, code)))
      throw error
    await copyFile(from, to)
  })
}

const brokenOff = () =>
  new MediaRefused('damaged', 'The upload was interrupted. Upload the file again.')

/** Reports a browser that disconnects as a broken upload, not as a server error. */
const explainBreak = (error: unknown): never => {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const left = [
    'ECONNRESET',
    'EPIPE',
    'ABORT_ERR',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_STREAM_UNABLE_TO_PIPE',
  ]
  throw left.includes(String(code)) ? brokenOff() : error
}

/**
 * Stores the bytes before the row, so that a row never refers to missing bytes. Deletes the bytes
 * if inserting the row fails.
 */
const keep = async (deps: IntakeDeps, upload: Upload, prepared: PreparedUpload): Promise<Media> => {
  const { path, thumbnailPath, mediumPath, originalPath, ...facts } = prepared
  const storeKey = randomBytes(24).toString('base64url')
  const thumbnailKey = randomBytes(24).toString('base64url')
  const mediumKey = mediumPath === null ? null : randomBytes(24).toString('base64url')
  const original =
    originalPath === null
      ? null
      : { key: randomBytes(24).toString('base64url'), bytes: (await stat(originalPath)).size }
  const files: [string, string | null][] = [
    [storeKey, path],
    [original ? original.key : '', originalPath],
    [thumbnailKey, thumbnailPath],
    [mediumKey ?? '', mediumPath],
  ]
  const keys = files.flatMap(([key, from]) => (from ? key : []))
  const sha256 = await hashFile(path ?? originalPath ?? thumbnailPath)
  try {
    for (const [key, from] of files) if (from) await deps.mediaStore.putFile(key, from)
    const kept = await tx(deps.sql, async (t) => {
      const { workspaceId, userId, fileName } = upload
      const once = onceOf(upload)
      const before = await once?.before(t, sha256)
      const known = before && (await findMedia(t, workspaceId, before))
      if (known && !known.purgedAt) return known
      await claimQuota(t, deps, workspaceId, facts.sizeBytes + (original?.bytes ?? 0))
      const media = await insertMedia(t, {
        ...facts,
        ...{
          workspaceId,
          fileName,
          sha256,
          storeKey,
          thumbnailKey,
          mediumKey,
          original,
          isWaiting: path === null,
        },
        uploadedBy: userId,
      })
      if (path === null) await enqueue(t, 'media', media.id)
      await once?.keep(t, media.id, sha256)
      const { kind, sizeBytes } = facts
      await recordEvent(t, {
        name: 'media.uploaded',
        workspaceId,
        userId,
        subjectId: media.id,
        facts: { kind, sizeBytes },
      })
      return media
    })
    if (kept.storeKey !== storeKey) await forget(deps.mediaStore, keys)
    return kept
  } catch (error) {
    await forget(deps.mediaStore, keys)
    throw error
  }
}

const onceOf = ({ once, formKey, workspaceId }: Upload): StoredOnce | undefined => {
  if (once || !formKey) return once
  return {
    before: async (t, sha256) =>
      (await takeFormKey(t, fileKeyOf(formKey, workspaceId, sha256)))?.subjectId ?? null,
    keep: (t, subjectId, sha256) =>
      keepFormKey(t, fileKeyOf(formKey, workspaceId, sha256), { subjectId }),
  }
}

const forget = async (store: MediaStore, keys: string[]): Promise<void> => {
  await Promise.all(keys.map((key) => store.remove(key)))
}

const abandonedMs = 24 * 3_600_000

/** Deletes files that a killed process left in the scratch folder. */
const removeAbandoned = async (scratch: string): Promise<void> => {
  for (const name of await readdir(scratch)) {
    const found = await stat(join(scratch, name)).catch(() => null)
    if (found?.isFile() && Date.now() - found.mtimeMs > abandonedMs)
      await rm(join(scratch, name), { force: true })
  }
}
