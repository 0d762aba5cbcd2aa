import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { endpoint } from '../../endpoint.ts'
import type { FaultRule } from '../../faults.ts'
import type { SandboxEnv } from '../../world.ts'
import type { TikTok } from '../context.ts'
import type { Publish, Upload } from '../state.ts'
import { chunkStartingAt } from './chunk-plan.ts'
import { commitUpload, uploadPath } from './publishing.ts'

type Ctx = Context<SandboxEnv>
type UploadingPublish = Publish & { upload: Upload }
type Range = { first: number; last: number; total: number }

const videoTypes = ['video/mp4', 'video/quicktime', 'video/webm']

/** PUT {upload_url}: one chunk (fact sheet 4.3). Every response contains the upload's progress. */
export function uploadEndpoint(tiktok: TikTok) {
  const account = (c: Ctx) => findUpload(tiktok, c)?.openId ?? null
  const platformError = (c: Ctx, rule: FaultRule) =>
    progress(
      c,
      findUpload(tiktok, c),
      rule.kind === 'rate_limited' ? 429 : Number(rule.code) || 500,
    )
  return endpoint(
    tiktok.world,
    { platform: 'tiktok', endpoint: 'upload', account, platformError },
    (c) => {
      const publish = findUpload(tiktok, c)
      if (!publish) return progress(c, undefined, 404)
      return inTurn(publish.id, () => takeChunk(tiktok, c, publish))
    },
  )
}

async function takeChunk(tiktok: TikTok, c: Ctx, publish: UploadingPublish): Promise<Response> {
  const { upload } = publish
  const body = c.get('body')
  const range = readRange(c.req.header('content-range'))
  Object.assign(c.get('call').facts, {
    publishId: publish.id,
    range: c.req.header('content-range') ?? null,
    bytes: body.sizeBytes,
  })
  const refusal = refuseChunk(tiktok, c, upload, range)
  if (refusal || !range) return progress(c, publish, refusal ?? 400)
  const path = uploadPath(tiktok, upload)
  await mkdir(dirname(path), { recursive: true })
  await pipeline(
    body.stream(),
    createWriteStream(path, { flags: range.first === 0 ? 'w' : 'r+', start: range.first }),
  )
  upload.receivedBytes = range.last + 1
  tiktok.changed()
  if (upload.receivedBytes < upload.plan.videoSize) return progress(c, publish, 206)
  commitUpload(tiktok, publish, c.get('call'))
  return progress(c, publish, 201)
}

/**
 * The HTTP status that refuses the chunk, or null. Checks in this order: lifetime, headers,
 * progress, length.
 */
function refuseChunk(tiktok: TikTok, c: Ctx, upload: Upload, range: Range | null): number | null {
  if (upload.expiresAtMs <= tiktok.world.clock.now()) return 403
  if (!videoTypes.includes(c.req.header('content-type') ?? '')) return 400
  if (!range || range.total !== upload.plan.videoSize) return 400
  if (range.last - range.first + 1 !== c.get('body').sizeBytes) return 400
  if (range.first !== upload.receivedBytes) return refuseOutOfOrder(tiktok, upload, range)
  return chunkStartingAt(upload.plan, range.first)?.last === range.last ? null : 400
}

/**
 * 416 means: read the progress and continue from there. The status for a chunk that was already
 * received is a setting.
 */
const refuseOutOfOrder = (tiktok: TikTok, upload: Upload, range: Range): number =>
  range.last < upload.receivedBytes ? tiktok.settings.tiktokRepeatedChunkStatus : 416

function progress(c: Ctx, publish: UploadingPublish | undefined, status: number): Response {
  if (publish)
    c.header(
      'Content-Range',
      `bytes 0-${publish.upload.receivedBytes}/${publish.upload.plan.videoSize}`,
    )
  return c.body('', status as ContentfulStatusCode)
}

function findUpload(tiktok: TikTok, c: Ctx): UploadingPublish | undefined {
  const isMeant = (publish: Publish): publish is UploadingPublish =>
    publish.upload !== null &&
    publish.upload.id === c.req.query('upload_id') &&
    publish.upload.token === c.req.query('upload_token')
  return tiktok.state.publishes.find(isMeant)
}

function readRange(header: string | undefined): Range | null {
  const [, first, last, total] = header?.match(/^bytes (\d+)-(\d+)\/(\d+)$/) ?? []
  return first === undefined
    ? null
    : { first: Number(first), last: Number(last), total: Number(total) }
}

const lastTurns = new Map<string, Promise<unknown>>()

/**
 * Handles requests for the same upload one after the other, so that the second sees the first one's
 * result.
 */
async function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = lastTurns.get(key) ?? Promise.resolve()
  const turn = before.then(task, task)
  lastTurns.set(key, turn)
  try {
    return await turn
  } finally {
    if (lastTurns.get(key) === turn) lastTurns.delete(key)
  }
}
