import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem, reason } from './problem.ts'

/** Makes the folder where everything is kept, with room for logs. Throws a Problem when it cannot be written. */
export function prepareDataFolder(dataDir: string): void {
  try {
    makeFolder(join(dataDir, 'logs'))
    for (const folder of [dataDir, join(dataDir, 'logs')]) accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Problem(
      `CrateSocial keeps everything in ${dataDir} and cannot write there: ${reason(error)}. DATA_DIR names another folder.`,
    )
  }
}

/** One by one: Node's own recursive way goes on for ever in places such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}
