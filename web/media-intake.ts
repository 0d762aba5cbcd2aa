import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MediaStore } from '../activities/media-store.ts'
import { tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { insertMedia, type Media, type NewMedia } from '../db/media.ts'
import type { WebDeps } from './env.ts'
import { bytes as inWords } from './formats.ts'
import { moveIndexToFront } from './media-fast-start.ts'
import { makeSendableImage, makeThumbnail, maxImageUploadBytes, oneAtATime } from './media-image.ts'
import { makePoster } from './media-poster.ts'
import { MediaRefused } from './media-refusal.ts'
import { type SniffedType, sniffType } from './media-sniff.ts'
import { probeVideo } from './media-video.ts'

export type Upload = {
  workspaceId: string
  userId: string
  fileName: string
  stream: Readable
  /** Content-Length, when the browser told it. */
  declaredBytes: number | null
}

/** What stands ready in the scratch folder. */
type Prepared = Omit<NewMedia, 'workspaceId' | 'uploadedBy' | 'fileName' | 'storeKey' | 'thumbnailKey' | 'sha256'> & {
  path: string
  thumbnailPath: string
}

/**
 * Takes one uploaded file in, whatever its size, in constant memory: to disk while counting, type by bytes, pictures re-encoded,
 * videos probed, then stored and entered in one transaction. Throws MediaRefused with the sentence for the person; nothing
 * of a refused file stays.
 */
export const takeIn = async (deps: Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>, upload: Upload): Promise<Media> => {
  const fileName = tidyName(upload.fileName)
  const scratch = await deps.mediaStore.scratch()
  await removeAbandoned(scratch)
  const path = join(scratch, randomBytes(16).toString('hex'))
  const paths = [path, `${path}.out`, `${path}.webp`]
  try {
    await receive(upload, path, deps.config.media.maxUploadBytes)
    const type = await sniffType(path, fileName)
    const prepared = await (type.kind === 'image' ? prepareImage(path) : prepareVideo(path, type))
    return await keep(deps, { ...upload, fileName }, prepared)
  } finally {
    await Promise.all(paths.map((left) => rm(left, { force: true })))
  }
}

const receive = async (upload: Upload, path: string, maxBytes: number): Promise<void> => {
  const tooLarge = () =>
    new MediaRefused(
      'too_large',
      `This file is larger than ${inWords(maxBytes)}, the most that can be uploaded. Export a smaller one.`,
    )
  if (upload.declaredBytes !== null && upload.declaredBytes > maxBytes) throw tooLarge()
  let received = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      done(received > maxBytes ? tooLarge() : null, chunk)
    },
  })
  await pipeline(upload.stream, counter, createWriteStream(path, { mode: 0o600 })).catch(explainBreak)
  if (received === 0) throw new MediaRefused('empty', 'This file is empty.')
  if (upload.declaredBytes !== null && received < upload.declaredBytes) throw brokenOff()
}

const brokenOff = () => new MediaRefused('damaged', 'The upload broke off before its end. Upload the file again.')

/** A browser that goes away is no fault of ours; a full disk is. */
const explainBreak = (error: unknown): never => {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const left = ['ECONNRESET', 'EPIPE', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE']
  throw left.includes(String(code)) ? brokenOff() : error
}

const prepareImage = async (path: string): Promise<Prepared> => {
  if ((await stat(path)).size > maxImageUploadBytes)
    throw new MediaRefused(
      'too_large',
      `This picture is larger than ${inWords(maxImageUploadBytes)}. Export it as JPEG, at 4000 pixels wide or less.`,
    )
  const [out, thumbnailPath] = [`${path}.out`, `${path}.webp`]
  const facts = await oneAtATime(async () => {
    const image = await makeSendableImage(path, out)
    await makeThumbnail(out, thumbnailPath)
    return image
  })
  const noVideo = { durationMs: null, videoCodec: null, audioCodec: null, fps: null }
  return { kind: 'image', contentType: 'image/jpeg', ...facts, ...noVideo, path: out, thumbnailPath }
}

const prepareVideo = async (path: string, { contentType }: SniffedType): Promise<Prepared> => {
  const [out, thumbnailPath] = [`${path}.out`, `${path}.webp`]
  const { facts, boxes } = await probeVideo(path)
  const moved = await moveIndexToFront(path, boxes, out)
  await makePoster(facts, thumbnailPath)
  const sent = moved ? out : path
  return { kind: 'video', contentType, ...facts, sizeBytes: (await stat(sent)).size, path: sent, thumbnailPath }
}

/** Bytes first, then the row: a row never points at nothing. Bytes without a row, after a fault, are taken away again. */
const keep = async (deps: Pick<WebDeps, 'sql' | 'mediaStore'>, upload: Upload, prepared: Prepared): Promise<Media> => {
  const { path, thumbnailPath, ...facts } = prepared
  const storeKey = randomBytes(24).toString('base64url')
  const thumbnailKey = randomBytes(24).toString('base64url')
  const sha256 = await hashFile(path)
  try {
    await deps.mediaStore.putFile(storeKey, path)
    await deps.mediaStore.putFile(thumbnailKey, thumbnailPath)
    return await tx(deps.sql, async (t) => {
      const { workspaceId, userId, fileName } = upload
      const media = await insertMedia(t, { ...facts, workspaceId, fileName, uploadedBy: userId, sha256, storeKey, thumbnailKey })
      const { kind, sizeBytes } = facts
      await recordEvent(t, { name: 'media.uploaded', workspaceId, userId, subjectId: media.id, facts: { kind, sizeBytes } })
      return media
    })
  } catch (error) {
    await forget(deps.mediaStore, [storeKey, thumbnailKey])
    throw error
  }
}

const forget = async (store: MediaStore, keys: string[]): Promise<void> => {
  await Promise.all(keys.map((key) => store.remove(key)))
}

const hashFile = async (path: string): Promise<Buffer> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest()
}

/** A name for the list only: no path, no control characters, at most 120 characters. */
const tidyName = (given: string): string => {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  const clean = last.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  return clean.slice(0, 120) || 'file'
}

const abandonedMs = 24 * 3_600_000

/** What a killed process left in the scratch folder. */
const removeAbandoned = async (scratch: string): Promise<void> => {
  for (const name of await readdir(scratch)) {
    const found = await stat(join(scratch, name)).catch(() => null)
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(join(scratch, name), { force: true })
  }
}
