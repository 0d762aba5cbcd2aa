import type { Db } from '../../db/postgres/connect.ts'
import { lockMediaOfWorkspace, sumMediaBytes } from '../../db/posts/media.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { WebDeps } from '../http/env.ts'
import { bytes as inWords } from '../time/formats.ts'
import { hasSpaceFor } from './storage.ts'

type Deps = Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>

/**
 * Refuses a file before any of it is received, if the workspace has used its quota or if the disk
 * would have less than its minimum free space. `bytes`: what is going to be written on the disk,
 * and what is going to be counted for the quota. Throws MediaRefused.
 */
export const requireSpace = async (
  deps: Deps,
  workspaceId: string,
  bytes: { disk: number; quota: number },
): Promise<void> => {
  await requireDiskSpace(deps, bytes.disk)
  await requireQuota(deps.sql, deps, workspaceId, bytes.quota)
}

/** Throws MediaRefused when storing `bytes` would leave too little free space on the disk. */
export const requireDiskSpace = async (deps: Deps, bytes: number): Promise<void> => {
  if (!(await hasSpaceFor(deps, bytes))) throw diskFull()
}

/**
 * Checks the quota again in the transaction that stores the file. Uploads to one workspace that
 * finish at the same time wait for each other.
 */
export const claimQuota = async (
  t: Db,
  deps: Deps,
  workspaceId: string,
  bytes: number,
): Promise<void> => {
  await lockMediaOfWorkspace(t, workspaceId)
  await requireQuota(t, deps, workspaceId, bytes)
}

const requireQuota = async (
  sql: Db,
  deps: Deps,
  workspaceId: string,
  bytes: number,
): Promise<void> => {
  const { quotaBytes } = deps.config.media
  const used = await sumMediaBytes(sql, workspaceId)
  if (used + bytes <= quotaBytes) return
  throw new MediaRefused(
    'quota',
    `This workspace has used ${inWords(used)} of its ${inWords(quotaBytes)} for media, and this file doesn’t fit. ` +
      'Delete files that no post uses, or ask your operator for more space.',
  )
}

export const diskFull = () =>
  new MediaRefused(
    'disk_full',
    'The server is low on disk space and can’t accept uploads right now. Nothing was stored. Try again later, or tell your operator.',
  )
