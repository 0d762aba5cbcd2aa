import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'

/** The body of a request, read once. Large bodies are stored in a file instead of memory. */
export type RequestBody = {
  sizeBytes: number
  sha256: string
  bytes(): Promise<Buffer>
  text(): Promise<string>
  stream(): Readable
  /** Path of a file with the body. `discard` deletes it unless it was moved. */
  file(): Promise<string>
  discard(): Promise<void>
}

const keptInMemoryBytes = 2_000_000

/** Reads the whole body. Throws if the client disconnects before the end. */
export async function readBody(incoming: IncomingMessage, dir: string): Promise<RequestBody> {
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  let sizeBytes = 0
  let path: string | undefined
  let handle: FileHandle | undefined
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      hash.update(chunk)
      sizeBytes += chunk.length
      chunks.push(chunk)
      if (!handle && sizeBytes > keptInMemoryBytes) {
        path = await newUploadPath(dir)
        handle = await open(path, 'w')
      }
      if (handle) for (const kept of chunks.splice(0)) await handle.write(kept)
    }
    if (!incoming.complete) throw new Error('The request ended before its body was complete.')
  } catch (error) {
    await handle?.close()
    if (path) await rm(path, { force: true })
    throw error
  }
  await handle?.close()
  return bufferedBody({ chunks, path, sizeBytes, sha256: hash.digest('hex'), dir })
}

type Buffered = {
  chunks: Buffer[]
  path: string | undefined
  sizeBytes: number
  sha256: string
  dir: string
}

function bufferedBody({ chunks, path, sizeBytes, sha256, dir }: Buffered): RequestBody {
  let file = path
  const bytes = async () => (path ? await readFile(path) : Buffer.concat(chunks))
  return {
    sizeBytes,
    sha256,
    bytes,
    text: async () => (await bytes()).toString('utf8'),
    stream: () => (path ? createReadStream(path) : Readable.from([Buffer.concat(chunks)])),
    async file() {
      if (!file) {
        file = await newUploadPath(dir)
        await writeFile(file, Buffer.concat(chunks))
      }
      return file
    },
    async discard() {
      if (file) await rm(file, { force: true })
    },
  }
}

/** A new path for a file that is being received. */
export async function newUploadPath(dir: string): Promise<string> {
  const folder = join(dir, 'uploads')
  await mkdir(folder, { recursive: true })
  return join(folder, randomUUID())
}
