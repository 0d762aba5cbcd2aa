import { resolve } from 'node:path'
import { createMediaStore } from './activities/media-store.ts'
import { BackupError } from './backup/manifest.ts'
import { restoreBackup } from './backup/restore.ts'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'

/** `npm run restore -- FOLDER`: fills an empty database and media store from a backup, before the other programs start. */
const [folder, ...more] = process.argv.slice(2)
if (!folder || more.length > 0) {
  console.error('Name the folder of one backup: npm run restore -- FOLDER')
  process.exit(1)
}
const config = configOfProgram()
const sql = connect({ ...config.database.direct, max: 2, applicationName: 'cratesocial restore' })
try {
  const mediaStore = await createMediaStore(config.media)
  const restored = await restoreBackup({ sql, mediaStore, vaultKeys: config.vaultKeys, now: Date.now }, resolve(folder))
  console.log(JSON.stringify({ restored: folder, ...restored }))
  if (restored.heldBack > 0)
    console.log(
      `${restored.heldBack} posts were due since the backup and may be out: they wait for a person and are sent by nobody else.`,
    )
} catch (error) {
  console.error(error instanceof BackupError ? error.message : (error as Error).stack)
  process.exitCode = 1
} finally {
  await close(sql)
}
