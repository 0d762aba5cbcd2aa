import { Readable } from 'node:stream'
import type { MediaStore } from '../../media/store.ts'
import { isKnown } from './answers.ts'
import { readRange } from './byte-range.ts'
import type { AnyContext } from './env.ts'

export type StoredFile = { storeKey: string; contentType: string; sizeBytes: number; etag: string }

/**
 * Answers GET or HEAD with a file of the store, streamed. Supports one range (206, 416) and
 * conditional requests (304).
 */
export const sendFile = (c: AnyContext, store: MediaStore, file: StoredFile): Response => {
  const etag = `"${file.etag}"`
  c.header('Content-Type', file.contentType)
  c.header('Accept-Ranges', 'bytes')
  c.header('ETag', etag)
  if (isKnown(c, etag)) return c.body(null, 304)
  const ifRange = c.req.header('If-Range')
  const range =
    ifRange && ifRange !== etag ? null : readRange(c.req.header('Range'), file.sizeBytes)
  if (range === 'unsatisfiable') {
    c.header('Content-Range', `bytes */${file.sizeBytes}`)
    return c.body(null, 416)
  }
  c.header('Content-Length', String(range ? range.end - range.start + 1 : file.sizeBytes))
  if (range) c.header('Content-Range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`)
  const status = range ? 206 : 200
  if (c.req.method === 'HEAD') return c.body(null, status)
  return c.body(
    Readable.toWeb(store.open(file.storeKey, range ?? undefined)) as ReadableStream,
    status,
  )
}
