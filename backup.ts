import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createMediaStore } from './activities/media-store.ts'
import { BackupError } from './backup/manifest.ts'
import { takeBackup } from './backup/take.ts'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'

/**
 * `npm run backup -- FOLDER [--without-media]`: everything that CrateSocial knows, as of one moment, in a new folder, while it goes on
 * running. The keys of the vault are not in it: keep VAULT_KEYS elsewhere, for without it the backup cannot be restored. In FOLDER,
 * `{now}` stands for the time.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'without-media': { type: 'boolean', default: false } },
})
const [given] = positionals
if (!given || positionals.length > 1) {
  console.error('Name one new folder: npm run backup -- FOLDER [--without-media]')
  process.exit(1)
}
const folder = resolve(given.replace('{now}', new Date().toISOString().slice(0, 19).replaceAll(':', '')))
const config = configOfProgram()
const sql = connect({ ...config.database.direct, max: 2, applicationName: 'cratesocial backup' })
try {
  const mediaStore = await createMediaStore(config.media)
  const deps = { sql, mediaStore, vaultKeys: config.vaultKeys, now: Date.now }
  const taken = await takeBackup(deps, { folder, withMedia: !values['without-media'] })
  console.log(JSON.stringify({ backup: folder, ...taken }))
} catch (error) {
  console.error(error instanceof BackupError ? error.message : (error as Error).stack)
  process.exitCode = 1
} finally {
  await close(sql)
}
