import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isCode, unlessMissing } from './missing-file.ts'

/**
 * Creates a folder and its parents, readable only by their owner. Creates them one by one, because
 * Node's recursive `mkdir` never returns in places such as /proc.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  if (await unlessMissing(stat(folder))) return
  await makeFolder(dirname(folder))
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!isCode(error, 'EEXIST')) throw error // another process has just created it
  })
}
