import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Settings } from '../config/index.ts'
import { checkedKey, freeBytesAt, type MediaStore, writeFileFrom } from './store.ts'

/**
 * A media store in a bucket of any S3-compatible storage: `folder/<key>`. Files are streamed, never
 * held in memory.
 */
export const createS3Store = (settings: S3Settings): MediaStore => {
  const { hostname: Bucket, pathname } = new URL(settings.url)
  const prefix = pathname.split('/').filter(Boolean).join('/')
  const place = (key: string) => ({
    Bucket,
    Key: prefix ? `${prefix}/${checkedKey(key)}` : checkedKey(key),
  })
  const client = createClient(settings)

  const scratch = async () => {
    const path = join(tmpdir(), 'cratesocial-incoming')
    await mkdir(path, { recursive: true, mode: 0o700 })
    return path
  }
  const putFile = async (key: string, path: string) => {
    const { size } = await stat(path)
    // S3 shows an object only when it is complete, so no one sees half a file.
    await client.send(
      new PutObjectCommand({ ...place(key), Body: createReadStream(path), ContentLength: size }),
    )
    await rm(path)
  }
  const bytes = async function* (
    key: string,
    range: { start: number; end: number } | undefined,
    signal: AbortSignal,
  ) {
    const Range = range && `bytes=${range.start}-${range.end}`
    const { Body } = await client.send(new GetObjectCommand({ ...place(key), Range }), {
      abortSignal: signal,
    })
    yield* Body as Readable
  }
  const head = async (key: string) => {
    try {
      return await client.send(new HeadObjectCommand(place(key)))
    } catch (error) {
      if (error instanceof NotFound) return null
      throw error
    }
  }
  return {
    scratch,
    putFile,
    put: async (key, stream) => {
      // S3 needs the length before the first byte.
      const path = await writeFileFrom(stream, await scratch(), key)
      await putFile(key, path).finally(() => rm(path, { force: true }))
    },
    open: (key, range) => {
      const leaving = new AbortController()
      const stream = Readable.from(bytes(key, range, leaving.signal), { objectMode: false })
      return stream.once('close', () => leaving.abort())
    },
    size: async (key) => (await head(key))?.ContentLength ?? null,
    storedAt: async (key) => (await head(key))?.LastModified ?? null,
    remove: async (key) => {
      await client.send(new DeleteObjectCommand(place(key)))
    },
    freeBytes: async () => freeBytesAt(await scratch()),
    list: async function* () {
      for (let ContinuationToken: string | undefined; ; ) {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix: prefix && `${prefix}/`, ContinuationToken }),
        )
        for (const { Key = '' } of page.Contents ?? [])
          yield Key.slice(prefix ? prefix.length + 1 : 0)
        ContinuationToken = page.NextContinuationToken
        if (!ContinuationToken) return
      }
    },
  }
}

const createClient = ({ endpoint, region, credentials }: S3Settings): S3Client =>
  new S3Client({
    region,
    ...(credentials ? { credentials } : {}),
    // Other vendors' storage has one endpoint for all buckets, and doesn't support checksums at the
    // end of a stream.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
