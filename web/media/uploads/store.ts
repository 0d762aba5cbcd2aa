import { createWriteStream } from 'node:fs'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DataStore, ERRORS, Upload } from '@tus/server'
import { tx } from '../../../db/postgres/connect.ts'
import { lockUploadsOf } from '../../../db/posts/media.ts'
import { isDiskFull } from '../../../media/disk-full.ts'
import type { WebDeps } from '../../http/env.ts'
import { checkSpaceEveryBytes } from '../intake.ts'
import { diskFull, requireDiskSpace } from '../space.ts'
import {
  beginUpload,
  bytesPath,
  findUpload,
  receivedBytes,
  removeUpload,
  type UploadRecord,
  uploadExpiresMs,
  uploadFolder,
} from './records.ts'
import { makeRoom } from './room.ts'

type Deps = Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>
type Owner = { workspaceId: string; userId: string }

/** The upload with this id, if it is the person's own and has not expired. */
export const findOwnUpload = async (
  deps: Deps,
  owner: Owner,
  id: string,
): Promise<UploadRecord | null> => {
  const record = await findUpload(await uploadFolder(deps.mediaStore), id)
  return record?.workspaceId === owner.workspaceId && record.userId === owner.userId ? record : null
}

/**
 * The uploads of one person for the protocol's library. `@tus/file-store` is not used, because it
 * reports a full disk like any other error and can leave half a record behind.
 */
export class MemberUploads extends DataStore {
  readonly #deps: Deps
  readonly #owner: Owner

  constructor(deps: Deps, owner: Owner) {
    super()
    this.#deps = deps
    this.#owner = owner
    this.extensions = ['creation', 'expiration', 'termination']
  }

  override getExpiration(): number {
    return uploadExpiresMs
  }

  override async create(upload: Upload): Promise<Upload> {
    const size = upload.size ?? 0
    upload.creation_date = new Date().toISOString()
    const fileName = upload.metadata?.['filename'] ?? ''
    const record = {
      id: upload.id,
      ...this.#owner,
      fileName,
      size,
      begunAt: upload.creation_date,
      mediaId: null,
    }
    const folder = await uploadFolder(this.#deps.mediaStore)
    // One after the other, so that uploads that begin together can't pass the limit. This lock is
    // the only one of the transaction, so it can't run twice.
    await tx(this.#deps.sql, async (t) => {
      await lockUploadsOf(t, this.#owner.userId)
      await makeRoom(this.#deps, this.#owner, size)
      await beginUpload(folder, record).catch(async (error: unknown) => {
        await removeUpload(folder, upload.id)
        throw isDiskFull(error) ? diskFull() : error
      })
    })
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const record = await findOwnUpload(this.#deps, this.#owner, id)
    if (!record) throw ERRORS.FILE_NOT_FOUND
    const offset = record.mediaId
      ? record.size
      : await receivedBytes(await uploadFolder(this.#deps.mediaStore), id)
    const metadata: Record<string, string> =
      record.fileName === '' ? {} : { filename: record.fileName }
    return new Upload({ id, size: record.size, offset, creation_date: record.begunAt, metadata })
  }

  /** Appends to what has arrived. Returns the new offset. What was written stays if it fails. */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const record = await findOwnUpload(this.#deps, this.#owner, id)
    if (!record || record.mediaId || offset === record.size) return offset // nothing is left to write
    let received = 0
    let checkedAt = 0
    const counter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        received += chunk.length
        if (received - checkedAt < checkSpaceEveryBytes) return done(null, chunk)
        checkedAt = received
        requireDiskSpace(this.#deps, 0).then(() => done(null, chunk), done)
      },
    })
    const path = bytesPath(await uploadFolder(this.#deps.mediaStore), id)
    const file = createWriteStream(path, { flags: 'r+', start: offset })
    try {
      await pipeline(stream, counter, file)
    } catch (error) {
      throw isDiskFull(error) ? diskFull() : error
    } finally {
      // So that the next request counts all bytes. It comes after an error, too.
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve))
    }
    return offset + received
  }

  override async remove(id: string): Promise<void> {
    await removeUpload(await uploadFolder(this.#deps.mediaStore), id)
  }
}
