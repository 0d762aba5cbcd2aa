import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { judgeMedia, type MediaFacts } from './judge-media.ts'
import type { State } from './state.ts'

/** A file that a platform stores, named by its hash, with facts from its bytes. */
export type StoredMedia = {
  sha256: string
  sizeBytes: number
  /** From the bytes, not from a server's header or a file name. */
  contentType: string
  facts: MediaFacts
}

export type MediaStore = {
  /** Moves the file at `path` into the store and detects its type. */
  keep(path: string): Promise<StoredMedia>
  find(sha256: string): StoredMedia | undefined
  path(sha256: string): string
}

export function createMediaStore(dir: string, state: State): MediaStore {
  const known = state.section<Record<string, StoredMedia>>('media', () => ({}))
  const path = (sha256: string) => join(dir, 'media', sha256)
  return {
    find: (sha256) => known[sha256],
    path,
    async keep(source) {
      const { sha256, sizeBytes } = await measure(source)
      const stored = known[sha256] ?? { sha256, sizeBytes, ...(await judgeMedia(source)) }
      await mkdir(join(dir, 'media'), { recursive: true })
      await rename(source, path(sha256))
      await rm(source, { force: true })
      known[sha256] = stored
      state.changed()
      return stored
    },
  }
}

async function measure(path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length
      hash.update(chunk)
    }
  })
  return { sha256: hash.digest('hex'), sizeBytes }
}
