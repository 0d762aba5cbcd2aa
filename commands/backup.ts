import { resolve } from 'node:path'
import { close, connect } from '../db/postgres/connect.ts'
import { refuseUnfit } from '../db/postgres/fitness.ts'
import { createMediaStore } from '../media/create-store.ts'
import { takeBackup } from './backup/take.ts'
import { configOfCommand, runCommand } from './command.ts'

await runCommand('backup', (command) =>
  command
    .description(
      'Writes a consistent copy of all data into a new folder, while CrateSocial keeps running.\n' +
        'The vault keys are not in it. Keep them somewhere else: without them the backup cannot be restored.',
    )
    .argument('<folder>', 'a folder that doesn’t exist yet; {now} in it becomes the time')
    .option('--without-media', 'leave uploaded photos and videos out')
    .action(async (given, { withoutMedia = false }) => {
      const config = await configOfCommand()
      const folder = resolve(
        given.replace('{now}', new Date().toISOString().slice(0, 19).replaceAll(':', '')),
      )
      const sql = connect({
        ...config.database.direct,
        max: 2,
        applicationName: 'cratesocial backup',
      })
      try {
        await refuseUnfit(sql)
        const mediaStore = await createMediaStore(config.media)
        const deps = { sql, mediaStore, vaultKeys: config.vaultKeys, now: Date.now }
        const taken = await takeBackup(deps, { folder, withMedia: !withoutMedia })
        console.log(JSON.stringify({ backup: folder, ...taken }))
      } finally {
        await close(sql)
      }
    }),
)
