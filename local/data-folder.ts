import { accessSync, chmodSync, chownSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../media/make-folder.ts'
import { Problem, reason } from './problem.ts'
import { unprivilegedUser } from './programs/unprivileged.ts'

/** Creates the data folder and its logs folder. Throws a Problem if it can't be written. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(join(dataDir, 'logs'))
    for (const folder of [dataDir, join(dataDir, 'logs')])
      accessSync(folder, constants.W_OK | constants.X_OK)
    closeToOthers(dataDir)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(
      `CrateSocial keeps everything in ${dataDir} and can’t write there: ${reason(error)}. DATA_DIR names another folder.`,
    )
  }
}

/**
 * Other users of the machine can't read it. If root started us, PostgreSQL's user may pass through
 * to its own folder.
 */
function closeToOthers(dataDir: string): void {
  const user = unprivilegedUser()
  if (user) chownSync(dataDir, statSync(dataDir).uid, user.gid)
  chmodSync(dataDir, user ? 0o710 : 0o700)
}
