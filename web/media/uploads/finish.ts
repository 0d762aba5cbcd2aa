import type { WebDeps } from '../../http/env.ts'
import { takeIn } from '../intake.ts'
import { bytesPath, finishUpload, uploadFolder } from './records.ts'
import { findOwnUpload } from './store.ts'

type Owner = { workspaceId: string; userId: string }
export type Finisher = {
  finish(owner: Owner, id: string): Promise<void>
  /** Resolves when the file isn't being taken in any more, whether it became media or not. */
  ended(id: string): Promise<void>
}

/**
 * Takes in a file whose last byte has arrived. Doing it again gives the same media: requests of one
 * process share the work, and the id of the upload is the key under which the file is stored once.
 * Throws MediaRefused.
 */
export const createFinisher = (deps: WebDeps): Finisher => {
  const running = new Map<string, Promise<void>>()
  return {
    finish: async (owner, id) => {
      const work = running.get(id) ?? finish(deps, owner, id).finally(() => running.delete(id))
      running.set(id, work)
      await work
    },
    ended: async (id) => {
      await Promise.allSettled([running.get(id)]) // its own request reports a failure
    },
  }
}

const finish = async (deps: WebDeps, owner: Owner, id: string): Promise<void> => {
  const folder = await uploadFolder(deps.mediaStore)
  const record = await findOwnUpload(deps, owner, id)
  if (!record || record.mediaId) return
  const { fileName } = record
  const media = await takeIn(deps, {
    ...owner,
    fileName,
    receivedPath: bytesPath(folder, id),
    formKey: id,
  })
  await finishUpload(folder, record, media.id)
}
