import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { folders } from '../config/folders.ts'

export const { root } = folders

/**
 * Settings of a local installation. Production has its own file, `.env`, which docker compose
 * reads.
 */
export const settingsFile = join(root, '.env.local')

/** Loads the file. Variables that are already set win. */
export function loadSettings(): void {
  if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)
}
